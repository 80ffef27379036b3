"""Who may do what: API keys, their scopes and rates, and what keeps a connection private."""
