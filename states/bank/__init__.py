"""The bank's formats: orders out (pain.001), reports and statements in (pain.002, camt.053); no database."""
