"""Designs in and out: LandXML, DXF, meshes, contours."""
