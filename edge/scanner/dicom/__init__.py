"""DICOM ultrasound files as sources; needs the extra `dicom`."""
