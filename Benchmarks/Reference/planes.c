// The yardstick of the store: columns of 64-bit integers, each value as its distance to the one
// before in units of the column, the bytes of these apart in planes, each plane under zstd.
// Nothing is checked.
//
// A file is a row of chunks: the number of rows (8 bytes), then for each column its first value
// and the largest unit that all distances are multiples of (8 bytes each), and for each of its 8 planes the length of its bytes (4 bytes, 0 for a plane of zeros,
// the number of rows for one that does not compress by an eighth) and the bytes.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { CHUNK = 32768, BLOCK = 1024, MAXIMUM_COLUMNS = 8, LEVEL = 3 };

static int64_t unit_of(const int64_t *values, int64_t rows) {
  int64_t unit = 0;
  for (int64_t row = 1; row < rows && unit != 1; row++) {
    int64_t rest = llabs(values[row] - values[row - 1]);
    while (rest != 0) {
      int64_t next = unit % rest;
      unit = rest;
      rest = next;
    }
  }
  return unit ? unit : 1;
}

static uint64_t zigzag(int64_t value) { return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63); }

static void write_column(FILE *file, const int64_t *values, int64_t rows) {
  static uint8_t plane[CHUNK], packed[CHUNK + CHUNK / 2];
  int64_t unit = unit_of(values, rows);
  fwrite(values, 8, 1, file);
  fwrite(&unit, 8, 1, file);
  for (int shift = 0; shift < 64; shift += 8) {
    uint8_t bits = plane[0] = 0;
    for (int64_t row = 1; row < rows; row++) {
      plane[row] = zigzag((values[row] - values[row - 1]) / unit) >> shift;
      bits |= plane[row];
    }
    uint32_t size = bits ? ZSTD_compress(packed, sizeof packed, plane, rows, LEVEL) : 0;
    int is_raw = size > rows - rows / 8;
    if (is_raw) size = rows;
    fwrite(&size, 4, 1, file);
    fwrite(is_raw ? plane : packed, 1, size, file);
  }
}

int planes_write(const char *path, const int64_t *const *columns, int64_t column_count,
                 int64_t rows) {
  FILE *file = fopen(path, "wb");
  if (!file) return 0;
  for (int64_t start = 0; start < rows; start += CHUNK) {
    int64_t count = rows - start < CHUNK ? rows - start : CHUNK;
    fwrite(&count, 8, 1, file);
    for (int64_t column = 0; column < column_count; column++) {
      write_column(file, columns[column] + start, count);
    }
  }
  return fclose(file) == 0;
}

// value = the one before + the distance whose bytes stand in `used` planes.
static void restore(const uint8_t *const *planes, int used, int64_t value, int64_t unit,
                    int64_t *values, int64_t rows) {
  uint64_t numbers[BLOCK];
  for (int64_t start = 0; start < rows; start += BLOCK) {
    int64_t count = rows - start < BLOCK ? rows - start : BLOCK;
    for (int64_t row = 0; row < count; row++) numbers[row] = planes[0][start + row];
    for (int plane = 1; plane < used; plane++) {
      const uint8_t *bytes = planes[plane] + start;
      for (int64_t row = 0; row < count; row++) numbers[row] |= (uint64_t)bytes[row] << 8 * plane;
    }
    for (int64_t row = 0; row < count; row++) {
      value += unit * ((int64_t)(numbers[row] >> 1) ^ -(int64_t)(numbers[row] & 1));
      values[start + row] = value;
    }
  }
}

static const uint8_t *read_column(ZSTD_DCtx *context, const uint8_t *bytes, int64_t *values,
                                  int64_t rows) {
  static uint8_t unpacked[8][CHUNK];
  static const uint8_t zeros[CHUNK];
  const uint8_t *planes[8];
  int used = 1;
  int64_t first, unit;
  memcpy(&first, bytes, 8);
  memcpy(&unit, bytes + 8, 8);
  bytes += 16;
  for (int plane = 0; plane < 8; plane++) {
    uint32_t size;
    memcpy(&size, bytes, 4);
    bytes += 4;
    planes[plane] = size == 0 ? zeros : size == rows ? bytes : unpacked[plane];
    if (size != 0) used = plane + 1;
    if (planes[plane] == unpacked[plane]) {
      ZSTD_decompressDCtx(context, unpacked[plane], rows, bytes, size);
    }
    bytes += size;
  }
  restore(planes, used, first, unit, values, rows);
  return bytes;
}

// Reads the whole file, chunk by chunk into the same memory.
// Returns the number of rows, and in `sum` something of every column of every chunk.
int64_t planes_read(const char *path, int64_t column_count, uint64_t *sum) {
  static int64_t columns[MAXIMUM_COLUMNS][CHUNK];
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(size);
  if (fread(bytes, 1, size, file) != (size_t)size) size = 0;
  fclose(file);
  ZSTD_DCtx *context = ZSTD_createDCtx();
  int64_t total = 0;
  *sum = 0;
  for (const uint8_t *next = bytes; next < bytes + size;) {
    int64_t rows;
    memcpy(&rows, next, 8);
    next += 8;
    for (int64_t column = 0; column < column_count; column++) {
      next = read_column(context, next, columns[column], rows);
      *sum = *sum * 31 + (uint64_t)columns[column][rows - 1];
    }
    total += rows;
  }
  ZSTD_freeDCtx(context);
  free(bytes);
  return total;
}
