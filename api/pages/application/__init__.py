"""Application: one case with its next step, its terms, texts, letters, money and history."""
