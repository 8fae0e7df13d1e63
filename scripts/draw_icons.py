"""Draw the site's icons again, from the mark of static/favicon.svg: `python -m scripts.draw_icons`."""

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parent.parent / "static"
GROUND, INK = "#0b6b5e", "#ffffff"
#: The mark in a square of `GRID` by `GRID`, as in the SVG.
GRID = 32
MARK = (
    *((8, 23), (8, 9), (11, 9), (16, 17), (21, 9), (24, 9)),
    *((24, 23), (20.6, 23), (20.6, 15), (16, 21.6), (11.4, 15), (11.4, 23)),
)
#: Shapes are drawn this much larger and then made smaller, which gives them smooth edges.
SCALE = 4


def draw(width: int, height: int, *, mark: float = 1.0, radius: float = 0.0) -> Image.Image:
    """Return the mark in the middle of a ground; `mark` and `radius` are shares of the shorter side."""
    size, side = (width * SCALE, height * SCALE), min(width, height) * SCALE
    image = Image.new("RGBA", size, "#00000000")
    canvas = ImageDraw.Draw(image)
    canvas.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius * side, GROUND)
    unit = side * mark / GRID
    canvas.polygon([_at(point, size, unit) for point in MARK], INK)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _at(point: tuple[float, float], size: tuple[int, int], unit: float) -> tuple[float, float]:
    return size[0] / 2 + (point[0] - GRID / 2) * unit, size[1] / 2 + (point[1] - GRID / 2) * unit


def main() -> None:
    icons = {
        "icon-192": draw(192, 192, radius=0.22),
        "icon-512": draw(512, 512, radius=0.22),
        "maskable-512": draw(512, 512, mark=0.8),  # whatever a phone cuts off, the mark stays whole
        "apple-touch-icon": draw(180, 180),
        "share": draw(1200, 630),
    }
    for name, image in icons.items():
        image.quantize(64).save(STATIC / "icons" / f"{name}.png", optimize=True)
    sizes = [(16, 16), (32, 32), (48, 48)]
    draw(48, 48, radius=0.22).save(STATIC / "root" / "favicon.ico", sizes=sizes)


if __name__ == "__main__":
    main()
