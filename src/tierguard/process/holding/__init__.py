"""What a person changes on PROD is shown to them before it is committed: what they saw is what is committed."""
