"""Reading a file's bytes as blocks of text cells. Pure, and run only in the throw-away child."""
