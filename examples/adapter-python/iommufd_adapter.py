#!/usr/bin/env python3
"""A small kernel that implements part of iommufd, as a program that speaks the wire protocol (docs/wire-protocol.md).

It has user processes with memory and file descriptors, and on /dev/iommu the commands DESTROY, IOAS_ALLOC,
IOAS_IOVA_RANGES, IOAS_MAP, IOAS_COPY and IOAS_UNMAP. No device can be attached, so a mapping is only bookkeeping.
"""
import json
import struct
import sys
import traceback
from bisect import bisect_left, bisect_right, insort
from errno import (E2BIG, EBADF, EEXIST, EFAULT, EINVAL, EMSGSIZE, ENODEV, ENOENT, ENOMEM, ENOSPC, ENOTTY, EOPNOTSUPP,
                   EOVERFLOW, EPERM)

PAGE = 4096
TOP = 2**64 - 1
PROT_READ, PROT_WRITE = 1, 2
MAP_FIXED, MAP_ANONYMOUS = 0x10, 0x20
FIXED_IOVA, WRITEABLE, READABLE = 1, 2, 4
ALWAYS_READY = 0x001 | 0x004 | 0x040 | 0x100


class Errno(Exception):
    """A system call fails; args[0] is the number."""


def refuse(condition, number):
    if condition:
        raise Errno(number)


class Memory:
    """An address space: VMAs as sorted tuples (start, end, protection, pages, index of the first page)."""
    LOWEST, HIGHEST = 0x7F00_0000_0000, 0x7FFF_FFFF_F000

    def __init__(self):
        self.vmas = []

    def mmap(self, address, length, protection, flags, pages, first):
        refuse(length == 0 or address % PAGE, EINVAL)
        length = -(-length // PAGE) * PAGE
        if flags & MAP_FIXED:
            self.munmap(address, length)
        else:
            address = self.gap(length)
        refuse(address + length > self.HIGHEST, ENOMEM)
        insort(self.vmas, (address, address + length, protection, pages, first), key=lambda vma: vma[0])
        return address

    def gap(self, length):
        """The lowest free place, with a free page on either side."""
        end = self.LOWEST
        for vma in self.vmas:
            if vma[0] - end >= length + 2 * PAGE:
                break
            end = max(end, vma[1])
        return end + PAGE

    def munmap(self, address, length):
        refuse(length == 0 or address % PAGE, EINVAL)
        end, kept = address + -(-length // PAGE) * PAGE, []
        for low, high, protection, pages, first in self.vmas:
            if low < min(high, address):
                kept.append((low, min(high, address), protection, pages, first))
            if high > max(low, end):
                cut = max(low, end)
                kept.append((cut, high, protection, pages, first + (cut - low) // PAGE))
        self.vmas = kept

    def pieces(self, address, length, right):
        """(page, offset, size) for each page of a range that the process may touch in this way; else EFAULT."""
        while length > 0:
            at = bisect_right(self.vmas, address, key=lambda vma: vma[0]) - 1
            low, high, protection, pages, first = self.vmas[at] if at >= 0 else (0, 0, 0, None, 0)
            refuse(address >= high or not protection & right, EFAULT)
            number, offset = divmod(address - low, PAGE)
            size = min(length, PAGE - offset)
            yield pages.setdefault(first + number, bytearray(PAGE)), offset, size
            address, length = address + size, length - size

    def load(self, address, length):
        return b"".join(bytes(page[at:at + size]) for page, at, size in self.pieces(address, length, PROT_READ))

    def store(self, address, data):
        done = 0
        for page, at, size in self.pieces(address, len(data), PROT_WRITE):
            page[at:at + size] = data[done:done + size]
            done += size


class Ioas:
    """Areas as sorted tuples (first IOVA, last IOVA, user address, writable), never overlapping."""

    def __init__(self):
        self.areas = []

    def within(self, first, last):
        """The slice of the areas that the range touches."""
        low = bisect_right(self.areas, first, key=lambda area: area[0])
        low -= low > 0 and self.areas[low - 1][1] >= first
        return low, bisect_right(self.areas, last, key=lambda area: area[0])

    def place(self, flags, iova, length, address):
        """The IOVA of a new mapping: the one that was asked for, or the lowest that suits."""
        if not flags & FIXED_IOVA:
            return self.hole(length, address)
        refuse(iova + length - 1 > TOP, EOVERFLOW)
        low, high = self.within(iova, iova + length - 1)
        refuse(low < high, EEXIST)
        return iova

    def hole(self, length, address):
        refuse(length >= 2**63 - 1, EOVERFLOW)
        alignment = min(1 << (length - 1).bit_length(), address & -address or PAGE, PAGE)
        start = PAGE
        for first, last, _, _ in [*self.areas, (TOP - PAGE + 1, TOP, 0, False)]:
            iova = -(-start // alignment) * alignment | address % PAGE
            if iova + length <= first:
                return iova
            start = max(start, last + 1)
        raise Errno(ENOSPC)

    def insert(self, iova, length, address, writable):
        insort(self.areas, (iova, iova + length - 1, address, writable), key=lambda area: area[0])

    def covered(self, iova, length):
        """The source of a copy: (length, user address, writable) of each area; ENOENT where one byte is not mapped."""
        refuse(length == 0, EINVAL)
        last = iova + length - 1
        refuse(last > TOP, EOVERFLOW)
        low, high = self.within(iova, last)
        parts, reached = [], iova
        for first, end, address, writable in self.areas[low:high]:
            refuse(first > reached, ENOENT)
            stop = min(end, last)
            parts.append((stop - reached + 1, address + reached - first, writable))
            reached = stop + 1
        refuse(reached <= last, ENOENT)
        return parts

    def unmap(self, iova, last):
        """Areas that are covered wholly go, in ascending order, up to the first that is cut."""
        low, high = self.within(iova, last)
        gone = 0
        while low < high:
            first, end, _, _ = self.areas[low]
            refuse(first < iova or end > last, ENOENT)
            del self.areas[low]
            gone, high = gone + end - first + 1, high - 1
        return gone


class Iommufd:
    """What one open of /dev/iommu is."""

    def __init__(self):
        self.objects = {}

    def ioas(self, number):
        refuse(number not in self.objects, ENOENT)
        return self.objects[number]

    def ioctl(self, memory, request, pointer):
        refuse(request & 0xFF not in COMMANDS, ENOTTY)
        name, layout, fields, answers = COMMANDS[request & 0xFF]
        (size,) = struct.unpack("<I", memory.load(pointer, 4))
        refuse(request != 0x3B00 | request & 0xFF, ENOTTY)
        known = struct.calcsize(layout)
        refuse(size < known, EINVAL)
        for page, at, length in memory.pieces(pointer + known, size - known, PROT_READ):
            refuse(any(page[at:at + length]), E2BIG)
        cmd = dict(zip(fields.split(), struct.unpack(layout, memory.load(pointer, known))))
        undo, failure = None, 0
        try:
            undo = getattr(self, name)(cmd, memory)
        except Errno as error:
            failure = error.args[0]
        if failure in answers:
            try:
                memory.store(pointer, struct.pack(layout, *cmd.values()))
            except Errno:
                if undo:
                    undo()
                raise
        return -failure

    def destroy(self, cmd, _memory):
        self.ioas(cmd["id"])
        del self.objects[cmd["id"]]

    def ioas_alloc(self, cmd, _memory):
        refuse(cmd["flags"], EOPNOTSUPP)
        number = cmd["out_ioas_id"] = next(n for n in range(1, len(self.objects) + 2) if n not in self.objects)
        self.objects[number] = Ioas()
        return lambda: self.objects.pop(number)

    def iova_ranges(self, cmd, memory):
        refuse(cmd["reserved"], EOPNOTSUPP)
        self.ioas(cmd["ioas_id"])
        capacity, cmd["num_iovas"], cmd["out_iova_alignment"] = cmd["num_iovas"], 1, 1
        if capacity > 0:
            memory.store(cmd["allowed_iovas"], struct.pack("<QQ", 0, TOP))
        refuse(capacity < 1, EMSGSIZE)

    def ioas_map(self, cmd, _memory):
        flags, length, address = cmd["flags"], cmd["length"], cmd["user_va"]
        refuse(flags & ~(FIXED_IOVA | WRITEABLE | READABLE) or cmd["reserved"], EOPNOTSUPP)
        refuse(TOP in (cmd["iova"], length), EOVERFLOW)
        refuse(not flags & (WRITEABLE | READABLE), EINVAL)
        ioas = self.ioas(cmd["ioas_id"])
        refuse(length == 0 or length > TOP - PAGE, EINVAL)
        refuse(address + length > TOP, EOVERFLOW)
        cmd["iova"] = ioas.place(flags, cmd["iova"], length, address)
        ioas.insert(cmd["iova"], length, address, bool(flags & WRITEABLE))

    def ioas_copy(self, cmd, _memory):
        flags, length = cmd["flags"], cmd["length"]
        refuse(flags & ~(FIXED_IOVA | WRITEABLE | READABLE), EOPNOTSUPP)
        refuse(TOP in (length, cmd["dst_iova"], cmd["src_iova"]), EOVERFLOW)
        refuse(not flags & (WRITEABLE | READABLE), EINVAL)
        parts = self.ioas(cmd["src_ioas_id"]).covered(cmd["src_iova"], length)
        target = self.ioas(cmd["dst_ioas_id"])
        iova = target.place(flags, cmd["dst_iova"], length, parts[0][1])
        refuse(flags & WRITEABLE and not all(writable for _, _, writable in parts), EPERM)
        cmd["dst_iova"] = iova
        for size, address, writable in parts:
            target.insert(iova, size, address, writable)
            iova += size

    def ioas_unmap(self, cmd, _memory):
        ioas, iova, length = self.ioas(cmd["ioas_id"]), cmd["iova"], cmd["length"]
        everything = iova == 0 and length == TOP
        refuse(not everything and TOP in (iova, length), EOVERFLOW)
        refuse(length == 0, EINVAL)
        last = TOP if everything else iova + length - 1
        refuse(last > TOP, EOVERFLOW)
        cmd["length"] = ioas.unmap(iova, last)
        refuse(cmd["length"] == 0 and not everything, ENOENT)


# Number: method, layout, fields, the results (0 or an errno) with which the struct is written back.
COMMANDS = {
    0x80: ("destroy", "<II", "size id", ()),
    0x81: ("ioas_alloc", "<III", "size flags out_ioas_id", (0,)),
    0x83: ("ioas_copy", "<IIIIQQQ", "size flags dst_ioas_id src_ioas_id length dst_iova src_iova", (0,)),
    0x84: ("iova_ranges", "<IIIIQQ", "size ioas_id num_iovas reserved allowed_iovas out_iova_alignment",
           (0, EMSGSIZE)),
    0x85: ("ioas_map", "<IIIIQQQ", "size flags ioas_id reserved user_va length iova", (0,)),
    0x86: ("ioas_unmap", "<IIQQ", "size ioas_id iova length", (0,)),
}


class Process:
    """A method for each system call of the wire protocol, named and called as there."""

    def __init__(self):
        self._memory, self._files = Memory(), {}

    def _install(self, file):
        fd = next(fd for fd in range(3, len(self._files) + 4) if fd not in self._files)
        self._files[fd] = file
        return fd

    def _file(self, fd):
        refuse(fd not in self._files, EBADF)
        return self._files[fd]

    def open(self, path, flags):
        refuse(path != "/dev/iommu", ENOENT)
        return self._install(Iommufd())

    def memfd(self, length, flags):
        return self._install({})

    def close(self, fd):
        self._file(fd)
        del self._files[fd]
        return 0

    def ioctl(self, fd, request, arg):
        file = self._file(fd)
        refuse(not isinstance(file, Iommufd), ENOTTY)
        return file.ioctl(self._memory, request, int(arg, 16))

    def read(self, fd, buffer, length, offset="0x0"):
        self._file(fd)
        raise Errno(EINVAL)

    write = pread = pwrite = read

    def poll(self, fds, timeoutMs):
        return [{**each, "revents": each["events"] & ALWAYS_READY if each["fd"] in self._files else 0x020}
                for each in fds]

    def mmap(self, address, length, protection, flags, fd, offset):
        pages = {} if flags & MAP_ANONYMOUS else self._file(fd)
        refuse(isinstance(pages, Iommufd), ENODEV)
        place = int(address, 16), int(length, 16)
        return hex(self._memory.mmap(*place, protection, flags, pages, int(offset, 16) // PAGE))

    def munmap(self, address, length):
        self._memory.munmap(int(address, 16), int(length, 16))
        return 0

    def load(self, address, length):
        try:
            return {"bytes": self._memory.load(int(address, 16), length).hex()}
        except Errno:
            return {"signal": "SIGSEGV"}

    def store(self, address, bytes):
        try:
            return self._memory.store(int(address, 16), bytearray.fromhex(bytes))
        except Errno:
            return {"signal": "SIGSEGV"}


class Machine:
    """The methods that are not about one process."""
    IDENTITY = {"name": "iommufd in Python", "version": "1", "kernel": "6.12.0", "architecture": "none",
                "pageSize": PAGE}

    def __init__(self):
        self._processes = []

    def hello(self, protocol, settings):
        return {"protocol": 1, "name": self.IDENTITY["name"], "machines": [{"name": "bare", "features": []}]}

    def start(self, machine):
        return self.IDENTITY

    def stop(self):
        return None

    settle = reset = stop

    def complaints(self):
        return []

    devices = complaints

    def new_process(self):
        self._processes.append(Process())
        return len(self._processes)

    def exit(self, process):
        self._processes[process - 1] = None

    def carry_out(self, method, params):
        if "process" not in params or method == "exit":
            return getattr(self, method.replace("-", "_"))(**params)
        process = self._processes[params.pop("process") - 1]
        try:
            return getattr(process, method)(**params)
        except Errno as error:
            return -error.args[0]


def main():
    machine = Machine()
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            answer["result"] = machine.carry_out(request["method"], request["params"])
        except Exception as error:  # the suite reports it as broken
            traceback.print_exc()
            answer["error"] = {"code": -32000, "message": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
