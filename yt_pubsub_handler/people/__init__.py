"""Who may do what: people sign in with Reddit, which also says what they moderate. Nothing here knows a request."""
