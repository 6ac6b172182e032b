"""The books of an employer: accounts by day, closed periods, the journal, its files and its reports."""
