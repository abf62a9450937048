"""Figures of promotions: pure, frames or plain values in and out."""
