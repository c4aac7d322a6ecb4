"""A VFIO device: /dev/vfio/devices/vfio0, bound to an iommufd and attached to an IOAS. It answers as vfio-pci does for a
function of PCI with a configuration space, a page of memory in BAR 0, and neither interrupts nor a reset."""
import struct
from errno import EBADFD, EINVAL, EIO, ENODEV, ENOENT, ENOTTY
from functools import partial

from machine import PAGE, PROT_READ, Bench, Errno, refuse

BAR0, CONFIG, NUM_REGIONS = 0, 7, 9
FLAGS_PCI, REGION_READ_WRITE = 2, 3
COMMAND, MEMORY, MASTER = 4, 2, 4
FEATURE_MASK, FEATURE_GET, FEATURE_SET, FEATURE_PROBE = 0xFFFF, 1 << 16, 1 << 17, 1 << 18
LOW_POWER_ENTRY, LOW_POWER_ENTRY_WITH_WAKEUP, LOW_POWER_EXIT = 3, 4, 5


class Device:
    """The hardware, and what its driver keeps. `id` and `table` are objects of the iommufd of `owner`, the file that is
    bound; in that iommufd an object of this class stands for the device."""

    def __init__(self):
        header = struct.pack("<HHHHI12xI36x", 0x1234, 1, MEMORY, 0, 0x05800001, 0)  # a controller of other memory
        masks = {COMMAND: MEMORY | MASTER, 0x11: 0xF0, 0x12: 0xFF, 0x13: 0xFF, 0x3C: 0xFF}  # what a driver can write
        config = bytearray(header.ljust(256, b"\0")), bytes(masks.get(at, 0) for at in range(256))
        self.regions = {BAR0: (bytearray(PAGE), b"\xff" * PAGE), CONFIG: config}
        self.owner = self.iommufd = self.id = self.table = None
        self.low_power = False

    def bind(self, owner, iommufd):
        self.owner, self.iommufd, self.id = owner, iommufd, iommufd.add(self)
        self.regions[CONFIG][0][COMMAND] = MEMORY

    def unbind(self):
        self.move(None)
        del self.iommufd.objects[self.id]
        self.owner = self.iommufd = self.id = None
        self.low_power = False

    def move(self, table):
        """Onto this page table, or none; the one before goes once the device is off it."""
        before, self.table = self.table, table
        if before not in (None, table):
            before.ioas.remove_table()
            del self.iommufd.objects[before.id]

    def part(self, offset, length):
        """(contents, mask, first byte, end) of what an access to the file reaches."""
        index, first = offset >> 40, offset & (1 << 40) - 1
        contents, mask = self.regions.get(index, (b"", b""))
        refuse(first >= len(contents), EINVAL)
        refuse(index == BAR0 and not self.regions[CONFIG][0][COMMAND] & MEMORY, EIO)
        return contents, mask, first, min(first + length, len(contents))


class PageTable:
    """What an attach to an IOAS makes: all that is mapped is pinned, or it is not made."""

    def __init__(self, iommufd, ioas):
        ioas.add_table()
        self.ioas, self.id = ioas, iommufd.add(self)


class DeviceFile:
    """What one open of the character device is. Until it is bound it has no other call."""

    def __init__(self, device):
        self.device = device

    def ioctl(self, process, request, pointer):
        name, layout = COMMANDS.get(request ^ 0x3B00, (None, ""))
        refuse(name != "bind" and self.device.owner is not self, EINVAL)
        refuse(name is None, ENOTTY)
        values = struct.unpack(layout, process.memory.load(pointer, struct.calcsize(layout)))
        refuse(values and values[0] < struct.calcsize(layout), EINVAL)
        answer = getattr(self, name)(process, *values)
        if answer:
            offset, written = answer
            try:
                process.memory.store(pointer + offset, written)
            except Errno:
                self.undo(name)
                raise
        return 0

    def undo(self, name):
        """An id that cannot be told is not given."""
        if name == "bind":
            self.device.unbind()
        if name == "attach":
            self.device.move(None)

    def release(self):
        if self.device.owner is self:
            self.device.unbind()

    def mmap(self):
        raise Errno(EINVAL)  # no region says that it can be mapped

    def pread(self, memory, pointer, length, offset):
        contents, _, first, end = self.part(offset, length)
        memory.store(pointer, contents[first:end])
        return end - first

    def pwrite(self, memory, pointer, length, offset):
        contents, mask, first, end = self.part(offset, length)
        for at, byte in enumerate(memory.load(pointer, end - first), first):
            contents[at] = contents[at] & ~mask[at] | byte & mask[at]
        return end - first

    def read(self, memory, pointer, length):
        return self.pread(memory, pointer, length, 0)

    def part(self, offset, length):
        refuse(self.device.owner is not self, EINVAL)
        return self.device.part(offset, length)

    def bind(self, process, _size, flags, fd, _out):
        refuse(flags or fd < 0, EINVAL)
        iommufd = process.file(fd)
        refuse(not hasattr(iommufd, "objects"), EBADFD)
        refuse(self.device.owner, EINVAL)
        self.device.bind(self, iommufd)
        return 12, struct.pack("<I", self.device.id)

    def attach(self, process, _size, flags, number):
        refuse(flags, EINVAL)
        device, objects = self.device, self.device.iommufd.objects
        refuse(number not in objects, ENOENT)
        target = objects[number]
        if device.table and target is device.table.ioas:
            target = device.table
        refuse(isinstance(target, Device), EINVAL)
        device.move(target if isinstance(target, PageTable) else PageTable(device.iommufd, target))
        return 8, struct.pack("<I", device.table.id)

    def detach(self, _process, _size, flags):
        refuse(flags, EINVAL)
        self.device.move(None)

    def info(self, _process, _size, *_):
        return 4, struct.pack("<III", FLAGS_PCI, NUM_REGIONS, 0)

    def region_info(self, _process, _size, _flags, index, _cap, _length, _offset):
        refuse(index >= NUM_REGIONS - 1, EINVAL)  # the last one is VGA, which only such a card has
        size = len(self.device.regions.get(index, [b""])[0])
        return 4, struct.pack("<IIIQQ", REGION_READ_WRITE if size else 0, index, 0, size, index << 40)

    def lacks(self, _process, *_):
        raise Errno(EINVAL)  # there is no interrupt of any index, and no reset

    def bus(self, _process, *_):
        raise Errno(ENODEV)  # on the root bus there is none that could be reset

    def feature(self, process, _size, flags):
        asked = flags & (FEATURE_GET | FEATURE_SET)
        refuse(flags >= FEATURE_PROBE << 1, EINVAL)
        refuse(asked == FEATURE_GET | FEATURE_SET and not flags & FEATURE_PROBE, EINVAL)
        number = flags & FEATURE_MASK
        refuse(number not in (LOW_POWER_ENTRY, LOW_POWER_ENTRY_WITH_WAKEUP, LOW_POWER_EXIT), ENOTTY)
        refuse(asked & FEATURE_GET, EINVAL)
        if flags & FEATURE_PROBE:
            return
        refuse(not asked or number == LOW_POWER_ENTRY_WITH_WAKEUP, EINVAL)  # nothing here is an eventfd
        refuse(number == LOW_POWER_ENTRY and self.device.low_power, EINVAL)
        self.device.low_power = number == LOW_POWER_ENTRY


# Number: method, and the least that its struct is.
COMMANDS = {
    107: ("info", "<IIII"),
    108: ("region_info", "<IIIIQQ"),
    109: ("lacks", "<IIII"),
    110: ("lacks", "<IIIII"),
    111: ("lacks", ""),
    112: ("bus", "<III"),
    113: ("bus", "<III"),
    117: ("feature", "<II"),
    118: ("bind", "<IIiI"),
    119: ("attach", "<III"),
    120: ("detach", "<II"),
}


class VfioBench(Bench):
    """A machine with the device, which any wish without keys gets."""
    description = {
        "name": "vfio", "features": ["device", "vfio-device"],
        "iommus": [{"name": "any", "model": "mock", "addressBits": 64, "pageSizes": [PAGE]}],
        "devices": [{"kind": "vfio", "bound": ["vfio-pci"], "iommus": ["any"]}],
    }

    def __init__(self, paths):
        self.device = Device()
        self.entry = {"id": "0000:00:01.0", "kind": "vfio", "cdev": "/dev/vfio/devices/vfio0", "group": "/dev/vfio/0"}
        super().__init__({**paths, self.entry["cdev"]: partial(DeviceFile, self.device)})

    def devices(self):
        return [self.entry]

    def plug(self, **wish):
        wanted = {key: value for key, value in wish.items() if value not in ({}, None)}
        if wanted not in ({}, {"iommu": "any"}, {"bound": "vfio-pci"}, {"iommu": "any", "bound": "vfio-pci"}):
            raise ValueError(f"machine \"vfio\" has no device with {wanted}")
        return self.entry

    def sees(self, memory, address, iova, length, pasid=None, **_):
        """Whether each page that the device reaches is the page of the process."""
        pages, iova = self.device.table.ioas.pages if self.device.table else {}, int(iova, 16)
        first = iova - iova % PAGE
        try:
            seen = [page for page, _, _ in memory.pieces(address, length, PROT_READ)]
        except Errno:
            return False
        return address % PAGE == iova % PAGE and pasid is None and all(
            pages.get(first + PAGE * index) is page for index, page in enumerate(seen))
