"""A machine that speaks the wire protocol (docs/wire-protocol.md) and has user processes: memory and file descriptors.

What can be opened, and which devices there are, comes from the caller of serve(). No fork and no limits.
"""
import json
import sys
import traceback
from bisect import bisect_right, insort
from errno import EBADF, EFAULT, EINVAL, ENODEV, ENOENT, ENOMEM, ENOTTY
from math import inf

PAGE = 4096
PROT_READ, PROT_WRITE = 1, 2
MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS = 0x02, 0x10, 0x20
POLLNVAL, ALWAYS_READY = 0x020, 0x001 | 0x004 | 0x040 | 0x100


class Errno(Exception):
    """A system call fails; args[0] is the number."""


def refuse(condition, number):
    if condition:
        raise Errno(number)


class Pages:
    """What a memfd of this many bytes is, or anonymous memory, which has no end."""

    def __init__(self, length=inf):
        self._length, self._pages = length, {}

    def page(self, number, own):
        refuse(number * PAGE >= self._length, EFAULT)
        return self._pages.setdefault(number, bytearray(PAGE))


class PrivatePages:
    """A private mapping of a memfd: a page is its own once it is written, or given to a device."""

    def __init__(self, pages):
        self._shared, self._own = pages, {}

    def page(self, number, own):
        if number not in self._own:
            page = self._shared.page(number, own)
            if not own:
                return page
            self._own[number] = bytearray(page)
        return self._own[number]


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

    def pieces(self, address, length, right, own=False):
        """(page, offset, size) for each page of a range that the process may touch in this way; else EFAULT.
        `own`: what is still shared with a file behind a private mapping is copied first."""
        while length > 0:
            at = bisect_right(self.vmas, address, key=lambda vma: vma[0]) - 1
            low, high, protection, pages, first = self.vmas[at] if at >= 0 else (0, 0, 0, None, 0)
            refuse(address >= high or not protection & right, EFAULT)
            number, offset = divmod(address - low, PAGE)
            size = min(length, PAGE - offset)
            yield pages.page(first + number, own), offset, size
            address, length = address + size, length - size

    def load(self, address, length):
        return b"".join(bytes(page[at:at + size]) for page, at, size in self.pieces(address, length, PROT_READ))

    def store(self, address, data):
        done = 0
        for page, at, size in self.pieces(address, len(data), PROT_WRITE, own=True):
            page[at:at + size] = data[done:done + size]
            done += size


class Text:
    """A file that can only be read."""

    def __init__(self, content):
        self._rest = content

    def read(self, memory, pointer, length):
        memory.store(pointer, self._rest[:length])
        done, self._rest = len(self._rest[:length]), self._rest[length:]
        return done


class Process:
    """A method for each system call of the wire protocol, named and called as there."""

    def __init__(self, paths):
        self._paths, self.memory, self._files = paths, Memory(), {}

    def _install(self, file):
        fd = next(fd for fd in range(3, len(self._files) + 4) if fd not in self._files)
        self._files[fd] = file
        return fd

    def file(self, fd):
        refuse(fd not in self._files, EBADF)
        return self._files[fd]

    def open(self, path, flags):
        refuse(path not in self._paths, ENOENT)
        return self._install(self._paths[path]())

    def memfd(self, length, flags):
        return self._install(Pages(int(length, 16)))

    def close(self, fd):
        file = self.file(fd)
        del self._files[fd]
        if hasattr(file, "release"):
            file.release()
        return 0

    def exit(self):
        for fd in list(self._files):
            self.close(fd)

    def ioctl(self, fd, request, arg):
        file = self.file(fd)
        refuse(not hasattr(file, "ioctl"), ENOTTY)
        return file.ioctl(self, request, int(arg, 16))

    def read(self, fd, buffer, length):
        file = self.file(fd)
        refuse(not hasattr(file, "read"), EINVAL)
        return file.read(self.memory, int(buffer, 16), length)

    def write(self, fd, buffer, length):
        self.file(fd)
        raise Errno(EINVAL)

    def pread(self, fd, buffer, length, offset):
        return self._at(fd, "pread", buffer, length, offset)

    def pwrite(self, fd, buffer, length, offset):
        return self._at(fd, "pwrite", buffer, length, offset)

    def _at(self, fd, method, buffer, length, offset):
        file = self.file(fd)
        refuse(not hasattr(file, method), EINVAL)
        return getattr(file, method)(self.memory, int(buffer, 16), length, int(offset, 16))

    def poll(self, fds, timeoutMs):
        return [{**each, "revents": each["events"] & ALWAYS_READY if each["fd"] in self._files else POLLNVAL}
                for each in fds]

    def mmap(self, address, length, protection, flags, fd, offset):
        pages = Pages() if flags & MAP_ANONYMOUS else self.file(fd)
        if hasattr(pages, "mmap"):
            return pages.mmap()
        refuse(not isinstance(pages, Pages), ENODEV)
        if flags & MAP_PRIVATE and not flags & MAP_ANONYMOUS:
            pages = PrivatePages(pages)
        place = int(address, 16), int(length, 16)
        return hex(self.memory.mmap(*place, protection, flags, pages, int(offset, 16) // PAGE))

    def munmap(self, address, length):
        self.memory.munmap(int(address, 16), int(length, 16))
        return 0

    def load(self, address, length):
        try:
            return {"bytes": self.memory.load(int(address, 16), length).hex()}
        except Errno:
            return {"signal": "SIGSEGV"}

    def store(self, address, bytes):
        try:
            return self.memory.store(int(address, 16), bytearray.fromhex(bytes))
        except Errno:
            return {"signal": "SIGSEGV"}


class Bench:
    """A machine without devices. `paths` maps each path that can be opened to a class: open() makes an instance."""
    description = {"name": "bare", "features": [], "iommus": [], "devices": []}

    def __init__(self, paths):
        self.paths = paths

    def devices(self):
        return []


class Machine:
    """The methods that are not about one process. Those about devices are the bench's."""

    def __init__(self, identity, benches):
        self._identity = {"version": "1", "architecture": "none", "pageSize": PAGE, **identity}
        self._benches, self._bench, self._processes = benches, None, []

    def hello(self, protocol, settings):
        """The user's `--adapter-option kernel=6.13.0` is the only one that there is."""
        self._identity.update(settings)
        kernel = {"takes": "text", "says": "the release that it says it implements"}
        machines = [bench.description for bench in self._benches]
        return {"protocol": 2, "name": self._identity["name"], "settings": {"kernel": kernel}, "machines": machines}

    def start(self, machine):
        self._bench = next(bench for bench in self._benches if bench.description["name"] == machine)
        return self._identity

    def stop(self):
        return None

    settle = reset = stop

    def complaints(self):
        return []

    def new_process(self):
        self._processes.append(Process(self._bench.paths))
        return len(self._processes)

    def exit(self, process):
        self._processes[process - 1].exit()
        self._processes[process - 1] = None

    def sees(self, attachment, address, **access):
        memory = self._processes[attachment["process"] - 1].memory
        return self._bench.sees(memory, int(address, 16), **access)

    def carry_out(self, method, params):
        if "process" not in params or method == "exit":
            name = method.replace("-", "_")
            return getattr(self if hasattr(self, name) else self._bench, name)(**params)
        process = self._processes[params.pop("process") - 1]
        try:
            return getattr(process, method)(**params)
        except Errno as error:
            return -error.args[0]


def serve(identity, benches):
    """`identity` has at least name and kernel. A file of the `paths` of a bench may have ioctl(process, request, pointer),
    read(memory, pointer, length), pread and pwrite(memory, pointer, length, offset), which return what the system call
    returns or raise Errno; mmap(), which refuses; and release(), at its close."""
    machine = Machine(identity, benches)
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            answer["result"] = machine.carry_out(request["method"], request["params"])
        except Exception as error:  # the suite reports it as broken
            traceback.print_exc()
            answer["error"] = {"code": -32000, "message": repr(error)}
        print(json.dumps(answer), flush=True)
