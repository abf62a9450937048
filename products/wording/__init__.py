"""Words of goods: codes and figures become sentences in the language of whoever reads."""
