"""How widely biology and scanners scatter: three declared degrees of difficulty, and one beyond."""

import msgspec

Range = tuple[float, float]

FRAME_SIZES_PX = ((640, 480), (720, 576), (800, 600), (1024, 768), (1280, 960))
"""Width and height of the frames that scanners put out."""


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """Scatter of one kind of cohort. `sd_`: standard deviation of a normal draw."""

    sd_attenuation: float
    """Of the liver's attenuation around its mean for the fat, dB/cm/MHz."""
    sd_liver_db: float
    sd_kidney_db: float
    texture_of_fat: float
    """Share of the texture's variance that fat decides; the rest is the patient's own."""
    portal_wall_db: Range
    """Of a portal vein's wall re normal liver."""
    diaphragm_db: Range
    """Re normal liver."""
    flattening: Range
    """Share of a patient's own attenuation that the operator's TGC takes out."""
    sd_tgc_db_cm: float
    sd_slider_db: float
    dynamic_range_db: Range
    gamma: Range
    frequency_mhz: tuple[float, ...]
    radius_mm: tuple[float, ...]
    half_angle_deg: Range
    looks: tuple[int, ...]
    sd_gray: float
    """Of the gray that the gain brings the liver to."""
    grain: tuple[Range, Range]
    """Smoothing by the scanner along and across the lines, SD in samples and in lines."""
    sharpening: Range
    """How much of what it smoothed the scanner adds to its edges, as a share of their contrast."""
    noise_db: Range
    """Receiver noise re normal liver at the skin."""
    sd_label_pct: float
    """Of the H-MRS measurement, percentage points."""
    frame_px: tuple[tuple[int, int], ...]
    """Width and height of the scanner's frames."""
    fan_px: Range
    """Imaged depth in pixels; the network's window is 360 px."""
    ornaments: tuple[int, ...]
    """Styles of text, bars and ticks around the fan; 0 is none."""

    # How organs lie: one kind of patient and view, but where a preset says otherwise.
    diaphragm_mm: Range = (0.8, 2.0)
    """Its thickness."""
    crus_share: float = 0.0
    """Of AR views that look along the hepatic veins to the fold at the crus."""
    kidney_x_mm: Range = (-8.0, 18.0)
    """Of its centre, right of the middle."""
    kidney_below_mm: Range = (38.0, 58.0)
    """Of its centre below the liver's capsule."""
    kidney_tilt_deg: Range = (-25.0, 15.0)
    """Of its long axis, the right end down; the head is on the left."""
    kidney_half_mm: Range = (44.0, 56.0)
    """Half of its length."""
    pleura_depth: Range = (0.72, 0.9)
    """Where the diaphragm's lowest point lies in HR views that show it, as a share of the depth."""
    pleura_db: Range = (15.0, 15.0)
    """Level of the diaphragm in HR views, re normal liver."""
    bright_back_share: float = 0.0
    """Of HR views with a bright band of fat and muscle behind liver and kidney."""


PRESETS: dict[str, Preset] = {
    # One scanner and one centre, as in the paper; biology scatters little.
    "single": Preset(
        sd_attenuation=0.012,
        sd_liver_db=0.4,
        sd_kidney_db=0.5,
        texture_of_fat=1.0,
        portal_wall_db=(12.0, 15.0),
        diaphragm_db=(17.0, 22.0),
        flattening=(0.0, 0.1),
        sd_tgc_db_cm=0.08,
        sd_slider_db=0.4,
        dynamic_range_db=(59.0, 61.0),
        gamma=(0.99, 1.01),
        frequency_mhz=(3.5,),
        radius_mm=(60.0,),
        half_angle_deg=(30.0, 35.0),
        looks=(2,),
        sd_gray=9.0,
        grain=((0.8, 0.8), (1.0, 1.0)),
        sharpening=(0.0, 0.0),
        noise_db=(-67.0, -67.0),
        sd_label_pct=0.0,
        frame_px=((640, 480),),
        fan_px=(333.0, 360.0),
        ornaments=(0,),
    ),
    # The same biology seen through several scanners and settings.
    "multi": Preset(
        sd_attenuation=0.012,
        sd_liver_db=0.4,
        sd_kidney_db=0.5,
        texture_of_fat=1.0,
        portal_wall_db=(12.0, 15.0),
        diaphragm_db=(17.0, 22.0),
        flattening=(0.0, 0.15),
        sd_tgc_db_cm=0.12,
        sd_slider_db=0.6,
        dynamic_range_db=(57.0, 63.0),
        gamma=(0.97, 1.03),
        frequency_mhz=(2.8, 3.2, 3.5),
        radius_mm=(50.0, 60.0),
        half_angle_deg=(30.0, 35.0),
        looks=(1, 2, 3),
        sd_gray=12.0,
        grain=((0.5, 1.2), (0.6, 1.8)),
        sharpening=(0.0, 0.0),
        noise_db=(-72.0, -62.0),
        sd_label_pct=0.0,
        frame_px=FRAME_SIZES_PX,
        fan_px=(320.0, 400.0),
        ornaments=(0, 1, 2, 3),
    ),
    # Scatter of biology and settings as the literature on patients reports it.
    "realistic": Preset(
        sd_attenuation=0.055,
        sd_liver_db=1.5,
        sd_kidney_db=1.8,
        texture_of_fat=1.0,
        portal_wall_db=(12.0, 15.0),
        diaphragm_db=(17.0, 22.0),
        flattening=(0.1, 0.6),
        sd_tgc_db_cm=0.5,
        sd_slider_db=1.5,
        dynamic_range_db=(48.0, 80.0),
        gamma=(0.85, 1.2),
        frequency_mhz=(2.8, 3.2, 3.5),
        radius_mm=(50.0, 60.0),
        half_angle_deg=(27.0, 37.0),
        looks=(1, 2, 3),
        sd_gray=24.0,
        grain=((0.5, 2.2), (0.5, 4.5)),
        sharpening=(0.0, 0.6),
        noise_db=(-72.0, -62.0),
        sd_label_pct=0.45,
        frame_px=FRAME_SIZES_PX,
        fan_px=(300.0, 430.0),
        ornaments=(0, 1, 2, 3),
    ),
    # Beyond what any scanner does, so that a real one lies within: for training, not for measuring.
    "varied": Preset(
        sd_attenuation=0.03,
        sd_liver_db=1.0,
        sd_kidney_db=1.2,
        # What tells fat on a virtual liver beside how fast it dims, and on a real one need not.
        texture_of_fat=0.0,
        portal_wall_db=(4.0, 22.0),
        diaphragm_db=(10.0, 28.0),
        diaphragm_mm=(0.8, 4.0),
        crus_share=0.5,
        kidney_x_mm=(-12.0, 34.0),
        kidney_below_mm=(26.0, 60.0),
        kidney_tilt_deg=(-40.0, 20.0),
        kidney_half_mm=(38.0, 58.0),
        pleura_depth=(0.5, 0.9),
        pleura_db=(12.0, 28.0),
        bright_back_share=0.7,
        flattening=(0.0, 0.5),
        sd_tgc_db_cm=0.5,
        sd_slider_db=1.8,
        dynamic_range_db=(42.0, 90.0),
        gamma=(0.7, 1.45),
        frequency_mhz=(2.4, 2.8, 3.2, 3.5, 4.0),
        radius_mm=(40.0, 50.0, 60.0, 65.0),
        half_angle_deg=(25.0, 39.0),
        looks=(1, 2, 3),
        sd_gray=28.0,
        grain=((0.4, 3.0), (0.4, 6.0)),
        sharpening=(0.0, 1.2),
        noise_db=(-74.0, -56.0),
        sd_label_pct=0.0,
        frame_px=FRAME_SIZES_PX,
        fan_px=(290.0, 800.0),
        ornaments=(0, 1, 2, 3),
    ),
}
