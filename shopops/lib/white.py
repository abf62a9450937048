"""A picture as it looks on white paper. Knows no Django: rules measure by it."""

from PIL import Image


def on_white(image: Image.Image) -> Image.Image:
    """Give a copy in red, green, blue; what is see-through lies on white, as buyers see it."""
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, layered).convert("RGB")
    return image.convert("RGB")
