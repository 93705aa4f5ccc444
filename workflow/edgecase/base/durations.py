"""Say in words how long something took."""


def duration(seconds: float) -> str:
    """Seconds in the two largest units.

    >>> [duration(seconds) for seconds in (4.4, 190, 7500, 180_000)]
    ['4 s', '3 min 10 s', '2 h 5 min', '2 d 2 h']
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
