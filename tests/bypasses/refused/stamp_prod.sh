# tierguard stamp: PROD and nobody at a terminal.
yes app/prod | tierguard stamp prod
