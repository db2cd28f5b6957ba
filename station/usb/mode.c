#include "station/usb/mode.h"

#define VENDOR_MEDIATEK 0x0E8D

#define CLASS_COMM	  0x02 /* a serial port */
#define CLASS_IMAGE	  0x06 /* MTP and PTP */
#define CLASS_STORAGE	  0x08
#define CLASS_VENDOR	  0xFF
#define SUBCLASS_ANDROID  0x42
#define PROTOCOL_ADB	  0x01
#define PROTOCOL_FASTBOOT 0x03

int usb_mode_is_plain(const struct arrival *a)
{
	enum device_mode mode = device_mode_of(a->vid, a->pid);

	return mode == MODE_BROM || mode == MODE_PRELOADER || mode == MODE_DA;
}

/* Android's bootloader and debug bridge bear class FF, subclass 42. */
static enum device_mode of_interface(const struct arrival *a, const struct usb_class *i)
{
	if (i->class == CLASS_VENDOR && i->subclass == SUBCLASS_ANDROID)
		return i->protocol == PROTOCOL_FASTBOOT ? MODE_FASTBOOT
		       : i->protocol == PROTOCOL_ADB	? MODE_CHARGING
							: MODE_UNKNOWN;
	if (i->class == CLASS_IMAGE || i->class == CLASS_STORAGE)
		return MODE_CHARGING;
	if (i->class == CLASS_COMM && a->vid == VENDOR_MEDIATEK)
		return MODE_META;
	return MODE_UNKNOWN;
}

enum device_mode usb_mode(const struct arrival *a, const struct usb_class *interfaces, size_t count)
{
	enum device_mode best = MODE_UNKNOWN;

	if (usb_mode_is_plain(a))
		return device_mode_of(a->vid, a->pid);
	for (size_t n = 0; n < count; n++) {
		enum device_mode mode = of_interface(a, &interfaces[n]);

		/* A system that is up may offer serial ports beside its files. */
		if (mode != MODE_UNKNOWN && (best == MODE_UNKNOWN || best == MODE_META))
			best = mode;
	}
	return best != MODE_UNKNOWN ? best : device_mode_of(a->vid, a->pid);
}
