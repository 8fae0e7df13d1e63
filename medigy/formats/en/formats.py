"""How the admin writes dates and times: with the hours of a 24-hour clock, like the rest of the desk."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, G:i"
TIME_FORMAT = "G:i"
