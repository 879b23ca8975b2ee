"""Work in the background: the row in the database is the truth of each job."""
