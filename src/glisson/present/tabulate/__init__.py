"""Parts of an assessment as tables of text cells."""
