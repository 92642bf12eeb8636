"""Values shared by all of `srs`: card states, reviews, presets, incoming notes."""
