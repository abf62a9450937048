"""Figures of goods: demand series and forecasts. Frames in, frames out."""
