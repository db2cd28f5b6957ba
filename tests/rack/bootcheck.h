/*
 * bootcheck: would this device boot from what its storage holds? The boot ROM wants the device
 * header, BRLYT and a preloader in the boot region; the preloader wants a partition table and an
 * lk.
 */
#ifndef RACK_BOOTCHECK_H
#define RACK_BOOTCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;
struct flash;

/* Does `image` begin with the GFH FILE_INFO of a preloader that has at least its stated length? */
bool bootcheck_is_preloader(const uint8_t *image, size_t n);
/* Does storage hold a preloader that the boot ROM would start? */
bool bootcheck_preloader_boots(const struct flash *flash);
/* The boot region holds something, and that is no valid preloader: the boot ROM stays in download.
 */
bool bootcheck_boot_region_broken(const struct flash *flash);
/* Tries to boot and notes the result for device.json. `when` says why it boots now. */
void bootcheck_record(struct device *d, const char *when);

#endif
