/*
 * crc32: the reflected CRC 0xEDB88320 of GPT headers and sparse images (packages.md 4.1, 5.2).
 * Chainable: start with 0, feed pieces in order. Runs of equal content cost O(log n).
 */
#ifndef ENGINE_BASE_CRC32_H
#define ENGINE_BASE_CRC32_H

#include <stdint.h>

#include "engine/base/slice.h"

uint32_t crc32_add(uint32_t crc, struct slice bytes);
/* As if `unit`, whose own CRC is unit_crc, had been fed `times` times; unit_bytes is its length. */
uint32_t crc32_add_repeated(uint32_t crc, uint32_t unit_crc, uint64_t unit_bytes, uint64_t times);

#endif
