"""All that stands in for a scanner: clips, images, DICOM files and the virtual scanner."""
