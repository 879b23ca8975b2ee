"""Who may open the app: whoever holds the address with its one-time token. Accounts come later."""
