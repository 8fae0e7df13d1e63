"""Draw the pictures of the sample content into `static/`: `python -m sample_content.draw`.

Each picture follows from a motif, a palette and its file name, so that it is the same every time. Existing files are
kept.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont, ImageOps

STATIC = Path(__file__).resolve().parent / "static"
WIDTH, HEIGHT = 1600, 900
#: Factor by which shapes are drawn larger and then reduced, which makes their edges smooth.
SCALE = 2

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`: of the background at its top and bottom, and of the shapes."""

    top: str
    bottom: str
    inks: tuple[str, str, str, str]


NIGHT = Palette("#0d1b2a", "#1b3a4b", ("#7de2d1", "#f6ae2d", "#e8f1f2", "#3d6b7d"))
DAWN = Palette("#ffe8d6", "#ffb997", ("#b8336a", "#7d5ba6", "#f4845f", "#3f2e56"))
SEA = Palette("#d9f0f4", "#8ecae6", ("#023047", "#219ebc", "#ffb703", "#126782"))
MOSS = Palette("#eef3e2", "#c5d8a4", ("#2f5233", "#6b8f4e", "#e9a23b", "#94b06b"))
CLAY = Palette("#f7ede2", "#e6ccb2", ("#7f5539", "#b08968", "#2a6f77", "#d98c5f"))
PLUM = Palette("#2b1836", "#5b2a6e", ("#f7b2d9", "#ffd166", "#9d79bc", "#f2e9f7"))
SLATE = Palette("#e9edf2", "#c3cedb", ("#22303f", "#5a7184", "#d1495b", "#8ba3b8"))
PINE = Palette("#10302b", "#1f574d", ("#b7e4c7", "#f4d35e", "#52b788", "#ee964b"))


class Canvas:
    """An unfinished picture. Points are in pixels of the finished picture; colours may be translucent."""

    def __init__(self, palette: Palette, random: Random) -> None:
        self.random, self.inks = random, palette.inks
        size = WIDTH * SCALE, HEIGHT * SCALE
        background = Image.linear_gradient("L").resize(size)
        self.image = ImageOps.colorize(background, palette.top, palette.bottom)
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def finish(self) -> Image.Image:
        return self.image.reduce(SCALE)

    def ink(self, number: int, opacity: float = 1) -> str:
        return f"{self.inks[number % len(self.inks)]}{round(opacity * 255):02x}"

    def polygon(self, points: Sequence[Point], colour: str) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * SCALE), joint="curve")

    def disc(self, centre: Point, radius: float, colour: str) -> None:
        self._draw.ellipse(_box(centre, radius), fill=colour)

    def ring(self, centre: Point, radius: float, colour: str, width: float, arc: Point = (0, 360)) -> None:
        self._draw.arc(_box(centre, radius), *arc, fill=colour, width=round(width * SCALE))

    def tile(self, corner: Point, width: float, height: float, colour: str, radius: float = 12) -> None:
        x, y = corner[0] * SCALE, corner[1] * SCALE
        self._draw.rounded_rectangle((x, y, x + width * SCALE, y + height * SCALE), radius * SCALE, fill=colour)


def _box(centre: Point, radius: float) -> tuple[float, float, float, float]:
    (x, y), r = centre, radius
    return (x - r) * SCALE, (y - r) * SCALE, (x + r) * SCALE, (y + r) * SCALE


# Motifs


def pulse(canvas: Canvas) -> None:
    for x in range(0, WIDTH, 80):
        canvas.line([(x, 0), (x, HEIGHT)], canvas.ink(3, 0.25), 1)
    for y in range(50, HEIGHT, 80):
        canvas.line([(0, y), (WIDTH, y)], canvas.ink(3, 0.25), 1)
    beat = [(0, 0), (90, 0), (120, -30), (150, 0), (185, 0), (205, 40), (235, -260), (265, 110), (290, 0), (360, 0)]
    start = canvas.random.randrange(-300, 0)
    trace = [(start + turn * 400 + x, 480 + y) for turn in range(6) for x, y in beat]
    canvas.line(trace, canvas.ink(0, 0.2), 26)
    canvas.line(trace, canvas.ink(0), 7)
    canvas.disc(trace[36], 20, canvas.ink(1))


def waves(canvas: Canvas) -> None:
    sun = canvas.random.randrange(300, 1300), canvas.random.randrange(180, 330)
    for radius in (230, 170, 120):
        canvas.disc(sun, radius, canvas.ink(2, 0.35))
    for layer in range(6):
        base, swell = 380 + layer * 95, canvas.random.uniform(22, 60)
        length, phase = canvas.random.uniform(220, 420), canvas.random.uniform(0, 6)
        crest = [(x, base + swell * math.sin(x / length + phase)) for x in range(0, WIDTH + 20, 20)]
        canvas.polygon([*crest, (WIDTH, HEIGHT), (0, HEIGHT)], canvas.ink(layer % 2, 0.42))


def bars(canvas: Canvas) -> None:
    count = canvas.random.choice([5, 9, 12])
    step = 1300 / count
    tops = [720 - 560 * (0.2 + 0.8 * place / count) * canvas.random.uniform(0.6, 1) for place in range(count)]
    for place, top in enumerate(tops):
        canvas.tile((150 + place * step, top), step * 0.66, 760 - top, canvas.ink(place % 2, 0.9), 18)
    canvas.line([(110, 764), (1490, 764)], canvas.ink(3), 5)
    trend = [(150 + place * step + step / 3, top - 60) for place, top in enumerate(tops)]
    canvas.line(trend, canvas.ink(2), 6)
    for point in trend:
        canvas.disc(point, 13, canvas.ink(2))


def network(canvas: Canvas) -> None:
    points = [(canvas.random.uniform(60, 1540), canvas.random.uniform(60, 840)) for _ in range(46)]
    for point in points:
        for other in sorted(points, key=lambda other: math.dist(point, other))[1:4]:
            canvas.line([point, other], canvas.ink(0, 0.35), 3)
    for place, point in enumerate(points):
        canvas.disc(point, canvas.random.uniform(8, 24), canvas.ink(place if place % 5 == 0 else 0, 0.95))


def rings(canvas: Canvas) -> None:
    centre = (canvas.random.uniform(560, 1040), 450)
    for place in range(14):
        start, sweep = canvas.random.uniform(0, 360), canvas.random.uniform(80, 330)
        canvas.ring(centre, 60 + place * 56, canvas.ink(place % 3, 0.85), 22, (start, start + sweep))
    canvas.disc(centre, 42, canvas.ink(1))


def circles(canvas: Canvas) -> None:
    for place in range(9):
        angle = place / 9 * math.tau + canvas.random.random()
        centre = 800 + 330 * math.cos(angle), 450 + 190 * math.sin(angle)
        canvas.disc(centre, canvas.random.uniform(150, 270), canvas.ink(place, 0.3))
    canvas.disc((800, 450), 96, canvas.ink(2, 0.9))


def tiles(canvas: Canvas) -> None:
    for row in range(6):
        for column in range(10):
            lit = canvas.random.random() < 0.18
            colour = canvas.ink(2) if lit else canvas.ink(canvas.random.randrange(2), canvas.random.uniform(0.25, 0.6))
            canvas.tile((70 + column * 148, 60 + row * 132), 128, 112, colour, 22)
            canvas.tile((90 + column * 148, 82 + row * 132), 60, 10, canvas.ink(3, 0.7), 5)


def ribbons(canvas: Canvas) -> None:
    for place in range(7):
        base, swing = 90 + place * 120, canvas.random.uniform(60, 150)
        length, phase, width = (
            canvas.random.uniform(180, 330),
            canvas.random.uniform(0, 6),
            canvas.random.uniform(30, 70),
        )
        path = [(x, base + swing * math.sin(x / length + phase)) for x in range(0, WIDTH + 20, 10)]
        canvas.polygon([*path, *((x, y + width) for x, y in reversed(path))], canvas.ink(place, 0.55))


def contours(canvas: Canvas) -> None:
    centre, phase = (canvas.random.uniform(900, 1150), 420), canvas.random.uniform(0, 6)
    for place in range(1, 20):
        outline = [
            (centre[0] + reach * math.cos(angle) * 1.5, centre[1] + reach * math.sin(angle))
            for angle in (step / 90 * math.tau for step in range(91))
            for reach in [place * 46 * (1 + 0.16 * math.sin(3 * angle + phase) + 0.07 * math.sin(7 * angle))]
        ]
        canvas.line(outline, canvas.ink(3 if place % 4 else 0, 0.8), 3 if place % 4 else 5)
    for step in range(26):
        canvas.disc(
            (140 + step * (centre[0] - 160) / 26, 800 - step * 14.6 + 46 * math.sin(step / 3)), 8, canvas.ink(1)
        )
    canvas.polygon([(centre[0] - 40, 372), (centre[0] + 40, 372), (centre[0], 452)], canvas.ink(2))
    canvas.disc((centre[0], 350), 48, canvas.ink(2))
    canvas.disc((centre[0], 350), 18, "#ffffff")


def shields(canvas: Canvas) -> None:
    for place, size in enumerate((480, 380, 280, 180, 80)):
        side = [(0.78, -0.62), (0.78, 0.05), (0.52, 0.5), (0, 0.86)]
        outline = [(800 + size * x, 420 + size * y) for x, y in [*side, *((-x, y) for x, y in reversed(side))]]
        canvas.polygon(
            [(800, 420 - size * 0.76), *outline], canvas.ink(1 if place == 4 else 2 if place % 2 else 0, 0.5)
        )


def sheets(canvas: Canvas) -> None:
    for place in range(7):
        angle = math.radians(-34 + place * 11 + canvas.random.uniform(-2, 2))

        def turned(x: float, y: float, angle: float = angle) -> Point:
            return 800 + x * math.cos(angle) - y * math.sin(angle), 1000 + x * math.sin(angle) + y * math.cos(angle)

        page = [turned(-170, -830), turned(170, -830), turned(170, -330), turned(-170, -330)]
        canvas.polygon(page, "#ffffffe0" if place % 2 else canvas.ink(3, 0.9))
        for row in range(9):
            end = canvas.random.uniform(40, 130)
            canvas.line([turned(-130, -770 + row * 46), turned(end, -770 + row * 46)], canvas.ink(0, 0.55), 8)


def dots(canvas: Canvas) -> None:
    bright = canvas.random.sample(range(16 * 9), 3)
    for place in range(16 * 9):
        centre = 50 + place % 16 * 100, 50 + place // 16 * 100
        radius = 34 if place in bright else canvas.random.uniform(6, 24)
        canvas.disc(centre, radius, canvas.ink(2) if place in bright else canvas.ink(place % 7 // 4, 0.55))


def drops(canvas: Canvas) -> None:
    for column in range(11):
        for row in range(6):
            x, y, size = 90 + column * 142, 90 + row * 150 + column % 2 * 60, canvas.random.uniform(20, 42)
            colour = canvas.ink(2 if (column, row) == (5, 2) else row % 2, 0.8)
            canvas.polygon(
                [(x, y - size * 1.9), (x - size * 0.86, y - size * 0.5), (x + size * 0.86, y - size * 0.5)], colour
            )
            canvas.disc((x, y), size, colour)


def moon(canvas: Canvas) -> None:
    for _ in range(90):
        spot = canvas.random.uniform(0, WIDTH), canvas.random.uniform(0, 560)
        canvas.disc(spot, canvas.random.uniform(1.5, 4), canvas.ink(3, 0.8))
    for radius in (190, 150, 116):
        canvas.disc((1120, 280), radius, canvas.ink(1, 0.3 if radius > 116 else 1))
    for layer in range(5):
        base, phase = 560 + layer * 70, canvas.random.uniform(0, 6)
        crest = [(x, base + 34 * math.sin(x / 260 + phase)) for x in range(0, WIDTH + 20, 20)]
        canvas.polygon([*crest, (WIDTH, HEIGHT), (0, HEIGHT)], canvas.ink(2, 0.35))


def beams(canvas: Canvas) -> None:
    lean = canvas.random.randrange(260, 460)
    for place in range(9):
        x, width = place * 230 - 300, canvas.random.uniform(50, 150)
        colour = canvas.ink(place, 0.4)
        canvas.polygon([(x + lean, 0), (x + lean + width, 0), (x + width - 80, HEIGHT), (x - 80, HEIGHT)], colour)
    canvas.tile((620, 260), 360, 760, canvas.ink(2, 0.75), 180)
    canvas.tile((670, 320), 260, 700, "#fff6dc", 130)


def arcs(canvas: Canvas) -> None:
    for place in range(7):
        start, end = 180 + canvas.random.uniform(0, 50), 360 - canvas.random.uniform(0, 50)
        canvas.ring((800, 860), 170 + place * 98, canvas.ink(place, 0.85), 64, (start, end))


# The pictures

Motif = Callable[[Canvas], None]
PICTURES: dict[str, tuple[Motif, Palette]] = {
    "bf44fde0-4a5b-5704-8e28-b8b48a4c29aa-featuredImage.jpeg": (circles, PLUM),
    "wardround-quieter-night-alarms-featuredImage.jpeg": (pulse, NIGHT),
    "imagingdesk-one-scan-four-hospitals-featuredImage.png": (rings, SEA),
    "ruralcare-video-visits-weak-signal-featuredImage.jpeg": (waves, DAWN),
    "healthsecurity-year-of-downtime-drills-featuredImage.jpeg": (shields, PINE),
    "clinicalwire-sepsis-model-shows-its-working-featuredImage.jpeg": (circles, SEA),
    "wardround-bed-board-next-step-featuredImage.webp": (tiles, SLATE),
    "openhealthreview-consent-read-first-featuredImage.jpeg": (ribbons, CLAY),
    "openhealthreview-maps-without-signs-featuredImage.jpeg": (contours, MOSS),
    "ruralcare-blood-pressure-by-post-featuredImage.jpeg": (bars, MOSS),
    "clinicalwire-discharge-letters-drafted-featuredImage.jpeg": (sheets, CLAY),
    "nursingdesk-one-pump-library-featuredImage.png": (drops, SEA),
    "clinicalwire-sleep-kits-sent-home-featuredImage.jpeg": (moon, PLUM),
    "openhealthreview-open-records-bridge-featuredImage.jpeg": (network, NIGHT),
    "openhealthreview-text-line-hands-over-featuredImage.webp": (ribbons, PLUM),
    "ruralcare-visits-by-tide-table-featuredImage.jpeg": (waves, SEA),
    "img/content/post/plainpage-how-one-clinic-writes-alt-text.jpg": (beams, DAWN),
    "img/content/post/wardround-what-a-good-incident-review-sounds-like.png": (arcs, SLATE),
    "img/content/post/healthsecurity-a-field-guide-to-procurement-questions.jpg": (network, SLATE),
    "img/content/post/nursingdesk-the-hidden-cost-of-a-fourth-login.jpg": (shields, DAWN),
    "img/content/post/openhealthreview-why-our-scheduling-api-returns-less.webp": (tiles, MOSS),
    "img/content/post/wardround-a-week-without-email.jpg": (sheets, SEA),
    "img/content/post/openhealthreview-ten-years-of-an-open-laboratory-system.png": (drops, CLAY),
    "img/communities/threat-model-for-a-front-door.jpg": (beams, NIGHT),
    "img/communities/retention-schedule-people-will-follow.png": (tiles, CLAY),
    "img/communities/three-audit-log-questions.jpg": (dots, PINE),
    "img/blog/what-i-ask-before-a-pilot-begins.jpg": (contours, SLATE),
    "img/blog/interoperability-is-a-habit.jpg": (rings, PINE),
    "img/blog/data-and-dignity.webp": (waves, CLAY),
    "img/notes/reader-survey.jpg": (dots, DAWN),
    "img/notes/seven-words.png": (arcs, MOSS),
    "img/notes/five-numbers.jpg": (bars, PLUM),
    "img/notes/reading-room.jpg": (beams, MOSS),
}
ICONS = {
    "wardround": ("W", NIGHT),
    "imagingdesk": ("I", SEA),
    "ruralcare": ("R", MOSS),
    "healthsecurity": ("H", PINE),
    "clinicalwire": ("C", PLUM),
    "openhealthreview": ("O", CLAY),
    "nursingdesk": ("N", DAWN),
}


def draw_picture(name: str) -> Image.Image:
    motif, palette = PICTURES[name]
    canvas = Canvas(palette, Random(name))
    motif(canvas)
    return canvas.finish()


def draw_icon(name: str) -> Image.Image:
    letter, palette = ICONS[name]
    icon = Image.new("RGB", (64, 64), palette.inks[0])
    font = ImageFont.load_default(size=42)
    ImageDraw.Draw(icon).text((32, 32), letter, palette.top, font, anchor="mm")
    return icon


def save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        image = image.quantize(64, dither=Image.Dither.NONE)
    image.save(path, quality=72, optimize=True)


def main() -> None:
    for name in PICTURES:
        if not (STATIC / name).exists():
            save(draw_picture(name), STATIC / name)
    for name in ICONS:
        path = STATIC / "img" / "icons" / f"{name}.png"
        if not path.exists():
            save(draw_icon(name), path)


if __name__ == "__main__":
    main()
