/*
 * bench_blaster: how fast can anybody push bytes to these devices? Plain libusb, bulk OUT only, no
 * protocol, no answers: the ceiling that the station's figure is divided by.
 *
 *   bench_blaster [DEVICES [MIB [TRANSFER-KIB [IN-FLIGHT]]]]
 *
 * Takes the first DEVICES devices of vendor 0e8d, pushes MIB to each from one shared buffer, all at
 * once, and prints one JSON object. When usbfs memory runs out it halves its transfers, as the
 * station does: a ceiling that fails is none.
 */
#include <libusb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEVICES_MAX    240
#define IN_FLIGHT_MAX  16
#define SOURCE_BYTES   (4u << 20) /* one DA packet's worth and more, shared by all */
#define TRANSFER_LEAST 4096u

struct target {
	libusb_device_handle *handle;
	int interface;
	unsigned char endpoint;
	uint64_t left; /* bytes not yet submitted */
	int in_flight;
	struct libusb_transfer *idle[IN_FLIGHT_MAX];
	int idle_count;
	struct blast *blast;
};

struct blast {
	struct target targets[DEVICES_MAX];
	int count;
	unsigned char *source;
	uint32_t transfer_bytes;
	uint64_t moved;
	int in_flight;
	const char *broken; /* first error, ends the run */
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The data interface: class 0x0A with a bulk OUT endpoint. */
static bool find_out(struct target *t, libusb_device *device)
{
	struct libusb_config_descriptor *config;
	bool found = false;

	if (libusb_get_active_config_descriptor(device, &config))
		return false;
	for (int i = 0; i < config->bNumInterfaces && !found; i++) {
		const struct libusb_interface_descriptor *alt = config->interface[i].altsetting;

		for (int e = 0; e < alt->bNumEndpoints && alt->bInterfaceClass == 0x0A; e++) {
			const struct libusb_endpoint_descriptor *ep = &alt->endpoint[e];

			if ((ep->bmAttributes & 3) == LIBUSB_TRANSFER_TYPE_BULK &&
			    !(ep->bEndpointAddress & LIBUSB_ENDPOINT_IN)) {
				t->interface = alt->bInterfaceNumber;
				t->endpoint = ep->bEndpointAddress;
				found = true;
			}
		}
	}
	libusb_free_config_descriptor(config);
	return found;
}

static bool take(struct blast *b, libusb_device *device)
{
	struct libusb_device_descriptor descriptor;
	struct target *t = &b->targets[b->count];

	if (libusb_get_device_descriptor(device, &descriptor) || descriptor.idVendor != 0x0E8D)
		return false;
	*t = (struct target){.blast = b};
	if (!find_out(t, device) || libusb_open(device, &t->handle))
		return false;
	libusb_set_auto_detach_kernel_driver(t->handle, 1);
	if (libusb_claim_interface(t->handle, t->interface)) {
		libusb_close(t->handle);
		return false;
	}
	b->count++;
	return true;
}

static void push(struct target *t);

static void LIBUSB_CALL moved(struct libusb_transfer *transfer)
{
	struct target *t = transfer->user_data;
	struct blast *b = t->blast;

	t->in_flight--;
	b->in_flight--;
	t->idle[t->idle_count++] = transfer;
	b->moved += (uint64_t)transfer->actual_length;
	if (transfer->status != LIBUSB_TRANSFER_COMPLETED)
		b->broken = "a transfer failed";
	push(t);
}

/* Keeps the target's transfers under way; when the kernel has no memory, with smaller ones. */
static void push(struct target *t)
{
	struct blast *b = t->blast;

	while (t->idle_count && t->left && !b->broken) {
		struct libusb_transfer *transfer = t->idle[t->idle_count - 1];
		uint32_t n = t->left < b->transfer_bytes ? (uint32_t)t->left : b->transfer_bytes;
		int code;

		libusb_fill_bulk_transfer(transfer, t->handle, t->endpoint,
					  b->source + t->left % (SOURCE_BYTES / 2), (int)n, moved,
					  t, 0);
		code = libusb_submit_transfer(transfer);
		if (code == LIBUSB_ERROR_NO_MEM && b->in_flight) {
			if (b->transfer_bytes > TRANSFER_LEAST)
				b->transfer_bytes /= 2;
			return; /* tried again when one of its own, or anybody's, comes back */
		}
		if (code) {
			b->broken = libusb_error_name(code);
			return;
		}
		t->idle_count--;
		t->in_flight++;
		b->in_flight++;
		t->left -= n;
	}
}

static bool unfinished(struct blast *b)
{
	if (b->in_flight)
		return true;
	for (int i = 0; i < b->count && !b->broken; i++)
		if (b->targets[i].left)
			return true;
	return false;
}

static void run(struct blast *b)
{
	struct timeval wait = {.tv_usec = 100000};

	while (unfinished(b)) {
		for (int i = 0; i < b->count; i++)
			if (!b->targets[i].in_flight)
				push(&b->targets[i]); /* starved of memory, or not begun */
		libusb_handle_events_timeout(NULL, &wait);
	}
}

static bool prepare(struct blast *b, uint64_t bytes, int in_flight)
{
	b->source = malloc(SOURCE_BYTES);
	if (!b->source)
		return false;
	for (uint32_t i = 0; i < SOURCE_BYTES; i++)
		b->source[i] = (unsigned char)(i * 2654435761u >> 24);
	for (int i = 0; i < b->count; i++) {
		b->targets[i].left = bytes;
		for (int k = 0; k < in_flight; k++) {
			struct libusb_transfer *transfer = libusb_alloc_transfer(0);

			if (!transfer)
				return false;
			b->targets[i].idle[b->targets[i].idle_count++] = transfer;
		}
	}
	return true;
}

static void finish(struct blast *b)
{
	for (int i = 0; i < b->count; i++) {
		for (int k = 0; k < b->targets[i].idle_count; k++)
			libusb_free_transfer(b->targets[i].idle[k]);
		libusb_release_interface(b->targets[i].handle, b->targets[i].interface);
		libusb_close(b->targets[i].handle);
	}
	free(b->source);
}

static long argument(int argc, char **argv, int index, long otherwise)
{
	return argc > index ? strtol(argv[index], NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
	static struct blast blast;
	long devices = argument(argc, argv, 1, DEVICES_MAX), mib = argument(argc, argv, 2, 64);
	long kib = argument(argc, argv, 3, 256), in_flight = argument(argc, argv, 4, 2);
	libusb_device **list = NULL;
	ssize_t found;
	double began, seconds;

	if (devices < 1 || devices > DEVICES_MAX || mib < 1 || kib < 4 ||
	    (uint64_t)kib << 10 > SOURCE_BYTES / 2 || in_flight < 1 || in_flight > IN_FLIGHT_MAX) {
		fputs("bench_blaster: arguments, numbers: out of range; see the head of "
		      "blaster.c\n",
		      stderr);
		return 2;
	}
	if (libusb_init(NULL)) {
		fputs("bench_blaster: libusb, init: failed; run where /dev/bus/usb is\n", stderr);
		return 1;
	}
	blast.transfer_bytes = (uint32_t)kib << 10;
	found = libusb_get_device_list(NULL, &list);
	for (ssize_t i = 0; i < found && blast.count < devices; i++)
		take(&blast, list[i]);
	libusb_free_device_list(list, 1);
	if (blast.count < devices && argc > 1)
		blast.broken = "too few devices";
	if (!blast.broken && !prepare(&blast, (uint64_t)mib << 20, (int)in_flight))
		blast.broken = "no memory";
	began = now_s();
	run(&blast);
	seconds = now_s() - began;
	printf("{\"devices\":%d,\"mib\":%.0f,\"seconds\":%.3f,\"mib_per_s\":%.1f,"
	       "\"transfer_bytes\":%u}\n",
	       blast.count, (double)blast.moved / 1048576, seconds,
	       (double)blast.moved / 1048576 / seconds, blast.transfer_bytes);
	finish(&blast);
	libusb_exit(NULL);
	if (blast.broken)
		fprintf(stderr, "bench_blaster: %d devices, bulk OUT: %s; see dmesg\n", blast.count,
			blast.broken);
	return blast.broken ? 1 : 0;
}
