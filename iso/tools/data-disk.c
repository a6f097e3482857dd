/*
 * data-disk: what the guest must know of a disk before it may touch it, and growing ext4.
 *
 *   data-disk kind DEVICE    prints one word:
 *       data         ext4 with the label b2d-data
 *       damaged      the same, and the kernel has found errors in it when it was last mounted
 *       blank        the first 4 MiB and the last 1 MiB are all zero: no file system, no partition
 *                    table (MBR and GPT lie in the first, GPT's backup in the last)
 *       unfinished   ours, but formatting was cut off before the disk was ever mounted
 *       small        blank, and too small for a data disk
 *       foreign      anything else: somebody's data
 *   data-disk mark DEVICE    writes the mark that makes an interrupted formatting recognisable
 *   data-disk unmark DEVICE  removes it; to be done before the first mount
 *   data-disk grow DEVICE MOUNTPOINT  grows the mounted ext4 to the device's size; prints "grown"
 *                    when it did
 *
 * Exit status: 0, or 1 with a message when the device cannot be read or written.
 *
 * The mark: mke2fs writes in an order nobody promises, so a disk whose formatting was killed is
 * neither blank nor ext4, and would be refused for ever. Formatting is therefore bracketed by a mark
 * in the last MiB, where mke2fs puts nothing. It counts only while the disk has never been mounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (1024 * 1024)
#define HEAD (4 * MIB)
#define TAIL MIB
#define SMALLEST (64 * MIB)

/* ext4's superblock: kernel documentation, filesystems/ext4/super.rst. */
#define SUPERBLOCK 1024
#define S_BLOCKS_LO 0x04
#define S_LOG_BLOCK_SIZE 0x18
#define S_MTIME 0x2c
#define S_MAGIC 0x38
#define S_STATE 0x3a
#define S_FEATURE_INCOMPAT 0x60
#define S_VOLUME_NAME 0x78
#define S_BLOCKS_HI 0x150
#define EXT4_MAGIC 0xef53
#define STATE_ERRORS 2
#define INCOMPAT_64BIT 0x80
/* fs/ext4/ext4.h; not in the uapi headers of every distribution. */
#define EXT4_IOC_RESIZE_FS _IOW('f', 16, uint64_t)

static const char LABEL[16] = "b2d-data";
static const char MARK[32] = "b2d: formatting this blank disk";

static void die(const char *what, const char *path)
{
	fprintf(stderr, "data-disk: %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int is_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* A regular file stands for a disk in tests. */
static uint64_t device_size(int fd, const char *path)
{
	struct stat st;
	uint64_t size;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return (uint64_t)st.st_size;
	if (ioctl(fd, BLKGETSIZE64, &size) < 0)
		die("cannot read the size of", path);
	return size;
}

static void read_at(int fd, const char *path, uint8_t *buffer, size_t n, uint64_t offset)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(fd, buffer + done, n - done, (off_t)(offset + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			die("cannot read", path);
		done += (size_t)r;
	}
}

/* Where the mark lies: a whole sector, 1 MiB before the end. */
static uint64_t mark_offset(uint64_t size)
{
	return (size - TAIL) & ~(uint64_t)4095;
}

static const char *kind(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *head, *super, *tail;
	int is_data, marked;
	uint64_t size;

	if (fd < 0)
		die("cannot open", path);
	size = device_size(fd, path);
	if (size < HEAD + 2 * TAIL)
		return "foreign";
	head = malloc(HEAD);
	tail = malloc(TAIL + 4096);
	if (!head || !tail)
		die("no memory to read", path);

	read_at(fd, path, head, 2 * 4096, 0);
	read_at(fd, path, tail, (size_t)(size - mark_offset(size)), mark_offset(size));
	super = head + SUPERBLOCK;
	is_data = (super[S_MAGIC] | super[S_MAGIC + 1] << 8) == EXT4_MAGIC && memcmp(super + S_VOLUME_NAME, LABEL, sizeof(LABEL)) == 0;
	marked = memcmp(tail, MARK, sizeof(MARK)) == 0;

	if (is_data && marked && le32(super + S_MTIME) == 0)
		return "unfinished";
	if (is_data)
		return super[S_STATE] & STATE_ERRORS ? "damaged" : "data";
	if (marked && is_zero(head, 2 * SUPERBLOCK))
		return "unfinished";
	read_at(fd, path, head, HEAD, 0);
	if (!is_zero(head, HEAD) || !is_zero(tail, (size_t)(size - mark_offset(size))))
		return "foreign";
	return size < SMALLEST ? "small" : "blank";
}

static void write_mark(const char *path, int present)
{
	uint8_t sector[4096];
	uint64_t offset;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("cannot open", path);
	offset = mark_offset(device_size(fd, path));
	read_at(fd, path, sector, sizeof(sector), offset);
	/* Whatever else lies there now is the file system's, and stays. */
	if (!present && memcmp(sector, MARK, sizeof(MARK)) != 0)
		return;
	memset(sector, 0, sizeof(sector));
	if (present)
		memcpy(sector, MARK, sizeof(MARK));
	if (pwrite(fd, sector, sizeof(sector), (off_t)offset) != (ssize_t)sizeof(sector) || fsync(fd) < 0)
		die("cannot write", path);
	close(fd);
}

static void grow(const char *path, const char *mountpoint)
{
	uint8_t super[1024];
	uint64_t size, blocks, wanted;
	uint32_t block_size;
	int fd = open(path, O_RDONLY | O_CLOEXEC), dir;

	if (fd < 0)
		die("cannot open", path);
	size = device_size(fd, path);
	read_at(fd, path, super, sizeof(super), SUPERBLOCK);
	block_size = 1024U << le32(super + S_LOG_BLOCK_SIZE);
	blocks = le32(super + S_BLOCKS_LO);
	if (le32(super + S_FEATURE_INCOMPAT) & INCOMPAT_64BIT)
		blocks |= (uint64_t)le32(super + S_BLOCKS_HI) << 32;
	wanted = size / block_size;
	/* The kernel leaves off a last block group too short to hold its own tables: not worth a try. */
	if (wanted < blocks + MIB / block_size)
		return;
	dir = open(mountpoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		die("cannot open", mountpoint);
	if (ioctl(dir, EXT4_IOC_RESIZE_FS, &wanted) < 0)
		die("cannot grow the file system on", path);
	puts("grown");
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc == 3 && strcmp(verb, "kind") == 0)
		puts(kind(argv[2]));
	else if (argc == 3 && strcmp(verb, "mark") == 0)
		write_mark(argv[2], 1);
	else if (argc == 3 && strcmp(verb, "unmark") == 0)
		write_mark(argv[2], 0);
	else if (argc == 4 && strcmp(verb, "grow") == 0)
		grow(argv[2], argv[3]);
	else {
		fprintf(stderr, "usage: data-disk kind|mark|unmark DEVICE | grow DEVICE MOUNTPOINT\n");
		return 2;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
