"""Acts on reviews: bringing them in, joining, sorting words, cases, malicious ones."""
