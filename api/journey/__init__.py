"""Journey: a scripted run of five applications over the public API that checks every step."""
