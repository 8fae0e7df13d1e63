"""Accounts: the second factor of logins and who needs one, wrong codes, and the sessions of a user."""
