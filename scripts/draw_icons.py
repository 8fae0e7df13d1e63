"""Draw the site's icons in the brand's colour: `python -m scripts.draw_icons`, after that or the mark has changed."""

from pathlib import Path

from PIL import Image, ImageDraw

from curation.lib.design_tokens import read_tokens

STATIC = Path(__file__).resolve().parent.parent / "static"
BACKGROUND, FOREGROUND = read_tokens()["color-brand-icon"], "#ffffff"
#: Share of the shorter side that the corners of icons with a shape of their own are rounded by.
RADIUS = 0.22
#: The polygon of the mark, in a square of `GRID` by `GRID`.
GRID = 32
MARK = (
    *((8, 23), (8, 9), (11, 9), (16, 17), (21, 9), (24, 9)),
    *((24, 23), (20.6, 23), (20.6, 15), (16, 21.6), (11.4, 15), (11.4, 23)),
)
#: Shapes are drawn this many times larger and then reduced, which smooths their edges.
SCALE = 4


def draw(width: int, height: int, *, mark: float = 1.0, radius: float = 0.0) -> Image.Image:
    """Return the mark in the middle of its background; `mark` and `radius` are shares of the shorter side."""
    size, side = (width * SCALE, height * SCALE), min(width, height) * SCALE
    image = Image.new("RGBA", size, "#00000000")
    canvas = ImageDraw.Draw(image)
    canvas.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius * side, BACKGROUND)
    unit = side * mark / GRID
    canvas.polygon([_at(point, size, unit) for point in MARK], FOREGROUND)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _at(point: tuple[float, float], size: tuple[int, int], unit: float) -> tuple[float, float]:
    return size[0] / 2 + (point[0] - GRID / 2) * unit, size[1] / 2 + (point[1] - GRID / 2) * unit


def draw_svg() -> str:
    """Return the icon as SVG."""
    points = " ".join(f"{x:g},{y:g}" for x, y in MARK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GRID} {GRID}">'
        f'<rect width="{GRID}" height="{GRID}" rx="{RADIUS * GRID:g}" fill="{BACKGROUND}"/>'
        f'<polygon points="{points}" fill="{FOREGROUND}"/></svg>\n'
    )


def main() -> None:
    icons = {
        "icon-192": draw(192, 192, radius=RADIUS),
        "icon-512": draw(512, 512, radius=RADIUS),
        "maskable-512": draw(512, 512, mark=0.8),  # a phone may cut its edges off
        "apple-touch-icon": draw(180, 180),
        "share": draw(1200, 630),
    }
    for name, image in icons.items():
        image.quantize(64).save(STATIC / "icons" / f"{name}.png", optimize=True)
    (STATIC / "favicon.svg").write_text(draw_svg())
    sizes = [(16, 16), (32, 32), (48, 48)]
    draw(48, 48, radius=RADIUS).save(STATIC / "root" / "favicon.ico", sizes=sizes)


if __name__ == "__main__":
    main()
