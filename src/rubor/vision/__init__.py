"""From a video or photo file to colour-exact frames, a face mesh, regions and quality."""
