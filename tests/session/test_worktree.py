from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tts_baseline.core import git
from tts_baseline.core.errors import RevisionError
from tts_baseline.session.revision import worktree
from tts_baseline.session.revision.shared_files import digest, strings
from tts_baseline.session.revision.worktree import checkout

AUTHOR = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "protocol.file.allow=always")

PLAIN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class Repository:
    """A real git repository, and the folder below which worktrees are made."""

    def __init__(self, path: Path, temporary: Path, *, like: Path | None = None) -> None:
        self.path, self.temporary = path, temporary
        if like:
            shutil.copytree(like, path, symlinks=True)
        else:
            path.mkdir(parents=True)
            self.git("init", "--quiet", "-b", "main", "--template=")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *AUTHOR, *words],
            cwd=self.path,
            env=os.environ | PLAIN,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, path: str, text: str | bytes = "") -> Path:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def commit(self, **files: str) -> str:
        """Commit what is there and `files` (a name's last underscore is a dot); the hash."""
        for name, text in files.items():
            self.write(".".join(name.rsplit("_", 1)), text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def has_one_tree(self) -> bool:
        """Whether no worktree, no folder and no lock is left."""
        listed = self.git("worktree", "list", "--porcelain").count("worktree ")
        return listed == 1 and not list(self.temporary.iterdir())

    @contextmanager
    def base(self, revision="HEAD", files=(), root=None):
        self.said: list[str] = []
        with checkout(root or self.path, revision, files=lambda _: files, say=self.said.append) as found:
            yield found


@pytest.fixture(autouse=True)
def plain_git(monkeypatch, tmp_path):
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """Made once, copied for each test."""
    made = Repository(tmp_path_factory.mktemp("template") / "repository", Path())
    made.commit(voice_py="old", _gitignore="*.pt\n")
    made.commit(voice_py="new")
    return made.path


@pytest.fixture
def repository(template, tmp_path) -> Repository:
    made = Repository(tmp_path / "repository", tmp_path / "temporary", like=template)
    made.first, made.second = made.git("rev-parse", "HEAD~1", "HEAD").split()
    return made


# Which commit


@pytest.mark.parametrize("name", ["main", "v1", "HEAD", "@", "main~1", "short"])
def test_a_revision_is_resolved_as_git_does(repository, name) -> None:
    repository.git("tag", "-a", "v1", "-m", "the first", repository.first)
    expected = {"v1": repository.first, "main~1": repository.first}.get(name, repository.second)
    assert git.resolve(repository.path, repository.second[:9] if name == "short" else name) == expected


@pytest.mark.parametrize("name", ["", "-", "--all", "^main", "main~1..main", "no\0pe", "v9", "f" * 40])
def test_what_is_no_revision_is_refused(repository, name) -> None:
    with pytest.raises(RevisionError, match="no revision") as error:
        git.resolve(repository.path, name)
    assert error.value.hint.startswith("git branch --all")


def test_the_nearest_branch_or_tag_is_named(repository) -> None:
    repository.git("branch", "release-2")
    with pytest.raises(RevisionError, match=r"did you mean 'release-2'\?"):
        git.resolve(repository.path, "relaese-2")


@pytest.mark.parametrize(("name", "kind"), [("HEAD^{tree}", "tree"), ("HEAD:voice.py", "blob")])
def test_what_is_no_commit_is_refused_by_its_kind(repository, name, kind) -> None:
    with pytest.raises(RevisionError, match=f"names a {kind}, not a commit"):
        git.resolve(repository.path, name)


def test_a_shallow_clone_says_how_to_deepen_it(repository, tmp_path) -> None:
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", str(tmp_path / "clone"))
    with pytest.raises(RevisionError, match="shallow clone") as error:
        git.resolve(tmp_path / "clone", "HEAD~1")
    assert error.value.hint == "git fetch --unshallow"
    with pytest.raises(RevisionError, match="shallow clone") as error:
        git.resolve(tmp_path / "clone", repository.first)
    assert error.value.hint == f"git fetch --depth=1 origin {repository.first}"
    subprocess.run(
        ["git", "-C", tmp_path / "clone", *error.value.hint.split()[1:]], check=True, capture_output=True
    )
    assert git.resolve(tmp_path / "clone", repository.first) == repository.first


@pytest.mark.parametrize("folder", ["empty", "missing", "bare", "repository/.git"])
def test_outside_a_work_tree_the_next_command_is_told(repository, tmp_path, folder) -> None:
    (tmp_path / "empty").mkdir()
    repository.git("clone", "--quiet", "--bare", str(repository.path), str(tmp_path / "bare"))
    with pytest.raises(RevisionError, match="not in a git work tree") as error:
        git.resolve(tmp_path / folder, "main")
    assert error.value.hint.startswith("git clone /" if folder == "bare" else "run this in a clone")


def test_without_git_it_is_said(repository, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RevisionError, match="git cannot be run") as error:
        git.resolve(repository.path, "main")
    assert error.value.hint.startswith("install git")


# The checkout


def test_the_base_is_as_it_was_and_the_project_stays_as_it_is(repository) -> None:
    repository.write("staged.py", "staged")
    repository.git("add", "staged.py")
    repository.write("voice.py", "dirty")
    repository.write("untracked.py", "untracked")

    def state():
        tree = {path.name: path.read_bytes() for path in repository.path.iterdir() if path.is_file()}
        refs = (
            repository.git("for-each-ref"),
            repository.git("symbolic-ref", "HEAD"),
            repository.git("stash", "list"),
        )
        return tree, (repository.path / ".git" / "index").read_bytes(), refs

    before = state()
    with repository.base("main~1") as base:
        assert base.commit == repository.first
        assert (base.root / "voice.py").read_text() == "old"
        assert not (base.root / "staged.py").exists()
        assert not (base.root / "untracked.py").exists()
        assert not base.root.is_relative_to(repository.path)
        assert base.root.parent.stat().st_mode & 0o077 == 0  # sources of others are nobody's to read
        assert state() == before
    assert state() == before
    assert repository.has_one_tree()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_it_is_removed_whatever_ends_the_block(repository, error) -> None:
    with pytest.raises(error), repository.base() as base:
        (base.root / "written by the pipeline").mkdir()
        raise error
    assert repository.has_one_tree()


def test_it_is_removed_though_the_base_destroyed_it(repository) -> None:
    with repository.base() as base:
        (base.root / ".git").unlink()
    assert repository.has_one_tree()
    with repository.base() as base:
        shutil.rmtree(base.root)
    assert repository.has_one_tree()


def test_it_is_removed_if_interrupted_before_the_block(repository) -> None:
    repository.write("model.pt", "weights")

    def interrupted(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with checkout(repository.path, "HEAD", files=lambda _: ["model.pt"], say=interrupted):
            pytest.fail("the block must not begin")
    assert repository.has_one_tree()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_git_works_waits_until_git_is_done(repository, monkeypatch, how) -> None:
    run, finished = git.run, []

    def signalled(folder: Path, *words: str, **options):
        if words[:2] == ("worktree", "add"):
            os.kill(os.getpid(), how)
            finished.append(run(folder, *words, **options))
            return finished[0]
        return run(folder, *words, **options)

    monkeypatch.setattr(git, "run", signalled)
    with pytest.raises(KeyboardInterrupt), repository.base():
        pytest.fail("the block must not begin")
    assert finished
    assert repository.has_one_tree()


def test_a_second_interrupt_while_it_is_removed_does_not_leave_it(repository, monkeypatch) -> None:
    rmtree, signals = shutil.rmtree, []

    def interrupted(path, **options) -> None:
        signals.append(os.kill(os.getpid(), signal.SIGINT))
        rmtree(path, **options)

    with pytest.raises(KeyboardInterrupt), repository.base():
        monkeypatch.setattr(worktree.shutil, "rmtree", interrupted)
        raise KeyboardInterrupt
    monkeypatch.undo()
    assert signals
    assert not list(repository.temporary.iterdir())
    assert repository.git("worktree", "list").count("\n") == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_works_in_a_thread_too(repository) -> None:
    found = []

    def work() -> None:
        with repository.base("main~1") as base:
            found.append((base.root / "voice.py").read_text())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["old"]
    assert repository.has_one_tree()


PROCESS = """
import subprocess, sys, time
from pathlib import Path
from tts_baseline.session.revision.worktree import checkout
with checkout(Path(sys.argv[1]), "HEAD", files=lambda _: ["model.pt"], say=lambda text: None) as base:
    heir = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(heir.pid, base.root, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def running(repository):
    """Another process inside its block: the process, its child's id, its worktree."""
    repository.write("model.pt", "weights")
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(repository.path)],
        env=os.environ | {"TMPDIR": str(repository.temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    heir, root = process.stdout.readline().split()
    yield process, int(heir), Path(root)
    with suppress(ProcessLookupError):
        os.kill(int(heir), signal.SIGKILL)
    process.kill()
    process.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_process_leaves_nothing(repository, running, how) -> None:
    process, _, root = running
    assert (root / "voice.py").exists()
    process.send_signal(how)
    assert "KeyboardInterrupt" in process.communicate(timeout=20)[1]
    assert repository.has_one_tree()
    assert (repository.path / "model.pt").read_text() == "weights"


def test_a_killed_process_is_cleaned_up_after_the_next_time_and_a_live_one_is_let_be(
    repository, running
) -> None:
    process, _, root = running
    assert str(process.pid) in root.parent.name
    with repository.base():
        assert (root / "voice.py").exists()
    assert (root / "voice.py").exists()
    assert repository.said == []
    with pytest.raises(filelock.Timeout):
        filelock.FileLock(root.parent / "lock").acquire(timeout=0)
    process.kill()
    process.wait()
    assert (root / "voice.py").exists()  # its child lives on, and holds no lock
    with repository.base() as base:
        assert not root.exists()
        assert base.root.exists()
        assert any(str(root) in text for text in repository.said)
    assert repository.has_one_tree()
    assert (repository.path / "model.pt").read_text() == "weights"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_git_that_outlives_its_comparison_is_waited_for(repository, tmp_path, monkeypatch, moment) -> None:
    begun, real = tmp_path / "begun", shutil.which("git")
    work = [f'"{real}" "$@"', f'touch "{begun}"; sleep 1']
    tools = tmp_path / "tools"
    tools.mkdir()
    slow = "\n".join(work if moment == "after" else reversed(work))
    (tools / "git").write_text(
        f'#!/bin/sh\ncase "$*" in *"worktree add"*)\n{slow}\nexit;; esac\nexec "{real}" "$@"\n'
    )
    (tools / "git").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    killed = subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(repository.path)],
        env=os.environ | {"TMPDIR": str(repository.temporary), "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not begun.exists() and killed.poll() is None:
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    with repository.base() as base:
        assert base.root.exists()
    assert repository.has_one_tree()
    time.sleep(1.0)  # longer than the git that was left
    assert repository.has_one_tree()


def test_leftovers_whose_folder_is_gone_are_forgotten_and_the_users_own_worktrees_kept(
    repository, tmp_path
) -> None:
    theirs, missing = tmp_path / "theirs" / "base", tmp_path / "on a disk that is not mounted" / "base"
    dead = [tmp_path / name / f"{worktree._prefix()}1-abc" / "base" for name in ("wiped", "a file now")]
    for tree in (theirs, missing, *dead):
        repository.git("worktree", "add", "--detach", str(tree))
    for tree in (missing.parent, dead[0].parent, dead[1].parent.parent):
        shutil.rmtree(tree)
    dead[1].parent.parent.write_text("no folder can be made here")
    with repository.base():
        pass
    left = repository.git("worktree", "list", "--porcelain")
    assert [str(tree) in left for tree in (theirs, missing, *dead)] == [True, True, False, False]


def test_two_at_once(repository) -> None:
    with repository.base("main~1") as one, repository.base("main") as other:
        assert (one.root / "voice.py").read_text() == "old"
        assert (other.root / "voice.py").read_text() == "new"
    assert repository.has_one_tree()


def test_inside_a_hook_of_another_repository_and_without_running_hooks(
    repository, monkeypatch, tmp_path
) -> None:
    other = Repository(tmp_path / "other", repository.temporary)
    other.commit(other_py="other")
    hook = repository.write(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git" / "index"))
    with repository.base("main~1") as base:
        assert (base.root / "voice.py").read_text() == "old"
    assert not (tmp_path / "ran").exists()


def test_a_project_in_a_subfolder(repository) -> None:
    repository.write("speech/voice.py", "here")
    repository.commit()
    with repository.base(root=repository.path / "speech") as base:
        assert (base.root / "voice.py").read_text() == "here"
    with pytest.raises(RevisionError, match="does not exist at") as error:
        with repository.base("HEAD~1", root=repository.path / "speech"):
            pytest.fail("the block must not begin")
    assert "git log --oneline --" in error.value.hint
    assert repository.has_one_tree()


def test_a_worktree_that_cannot_be_made_is_told_in_gits_words(repository, monkeypatch) -> None:
    (repository.path / ".git" / "worktrees").write_text("in the way")
    with pytest.raises(RevisionError, match="cannot be checked out: .*worktrees") as error, repository.base():
        pytest.fail("the block must not begin")
    assert "TMPDIR" in error.value.hint
    assert not list(repository.temporary.iterdir())
    monkeypatch.setattr(tempfile, "tempdir", str(repository.path / "nowhere"))
    with pytest.raises(RevisionError, match="No such file or directory"), repository.base():
        pytest.fail("the block must not begin")


# What git does not hold


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def pointer(text: str) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256(text)}\nsize {len(text)}\n"


def test_untracked_files_are_linked_and_tracked_ones_are_the_bases_own(repository) -> None:
    repository.write("model.pt", "weights")
    repository.write("voices/ana/clip.wav", "clip")
    with repository.base(
        "main~1", ["model.pt", "voices/ana/../ana/clip.wav", "voice.py", "./model.pt"]
    ) as base:
        assert (base.root / "model.pt").readlink() == repository.path / "model.pt"
        assert (base.root / "voices" / "ana" / "clip.wav").read_text() == "clip"
        assert not (base.root / "voices").is_symlink()
        assert (base.root / "voice.py").read_text() == "old"
        assert {one.path: (one.sha256, one.base) for one in base.shared} == {
            "model.pt": (sha256("weights"), None),
            "voices/ana/clip.wav": (sha256("clip"), None),
        }
        assert not any(one.differs for one in base.shared)
    assert [text for text in repository.said if "model.pt" in text and sha256("weights")[:12] in text]
    assert (repository.path / "model.pt").read_text() == "weights"


def test_of_a_folder_that_git_holds_in_part_the_rest_is_linked_but_no_code(repository) -> None:
    repository.commit(**{"models/config_toml": "steps = 32", "models/__init___py": ""})
    for name in ("big.pt", "new.py", "__pycache__/x.pyc", ".cache/x", "more/a.pt", "more/b.pt"):
        repository.write(f"models/{name}", name)
    repository.write("models/config.toml", "steps = 16")
    with repository.base(files=["models/"]) as base:
        assert sorted(one.path for one in base.shared) == ["models/big.pt", "models/more"]
        assert (base.root / "models" / "config.toml").read_text() == "steps = 32"
        assert (base.root / "models" / "more" / "b.pt").read_text() == "more/b.pt"
        assert sorted(path.name for path in (base.root / "models").iterdir()) == [
            "__init__.py", "big.pt", "config.toml", "more",
        ]  # fmt: skip
        assert (repository.path / "models" / "more" / "b.pt").exists()
    assert (repository.path / "models" / "more" / "b.pt").exists()


def test_an_lfs_pointer_gives_way_to_the_projects_file_and_a_difference_is_told(repository) -> None:
    repository.commit(
        a_bin=pointer("same"), b_bin=pointer("base's"), c_bin=pointer("base's"), d_bin=pointer("d")
    )
    repository.write("a.bin", "same")
    repository.write("b.bin", "head's")
    oid = sha256("base's")
    with repository.base(files=["a.bin", "b.bin", "d.bin"]) as base:
        assert (base.root / "a.bin").read_text() == "same"
        assert (base.root / "b.bin").read_text() == "head's"
        assert (base.root / "c.bin").read_text() == pointer("base's")  # no setting names it
        assert not (base.root / "d.bin").is_symlink()  # it is a pointer here, too
        assert {one.path: (one.base, one.differs) for one in base.shared} == {
            "a.bin": (sha256("same"), False),
            "b.bin": (oid, True),
        }
    assert [text for text in repository.said if "git holds another" in text and "b.bin" in text]
    for text in ("base's", "same"):
        oid = sha256(text)
        repository.write(f".git/lfs/objects/{oid[:2]}/{oid[2:4]}/{oid}", text)
    with repository.base(files=["a.bin", "b.bin"]) as base:
        assert (base.root / "b.bin").read_text() == "base's"
        assert (base.root / "a.bin").readlink() == repository.path / "a.bin"  # in the same file cache
        assert [one.path for one in base.shared] == ["a.bin"]


def test_lfs_downloads_nothing(repository) -> None:
    repository.commit(_gitattributes="*.bin filter=lfs", a_bin=pointer("x"))
    repository.git("config", "filter.lfs.smudge", "echo skip=$GIT_LFS_SKIP_SMUDGE")
    with repository.base() as base:
        assert (base.root / "a.bin").read_text() == "skip=1\n"


def test_an_absolute_path_is_read_by_both_and_a_difference_is_told(repository, tmp_path) -> None:
    (tmp_path / "alias").symlink_to(repository.path)
    with repository.base("main~1", [str(tmp_path / "alias" / "voice.py")]) as base:
        (one,) = base.shared
        assert (one.path, one.sha256, one.base) == ("voice.py", sha256("new"), sha256("old"))
        assert one.differs
        assert (base.root / "voice.py").read_text() == "old"


def test_a_path_beside_the_project_is_shared_and_one_outside_the_repository_told(
    repository, tmp_path
) -> None:
    repository.commit(**{"speech/voice_py": "here"})
    repository.write("shared/model.pt", "weights")
    (tmp_path / "far.pt").write_text("far")
    names = ["../shared/model.pt", "../../far.pt", str(tmp_path / "far.pt"), "..", ".", "../..", "/"]
    names += ["../.git/config", str(repository.path / ".git"), str(repository.path)]
    with repository.base(files=names, root=repository.path / "speech") as base:
        assert [one.path for one in base.shared] == ["../shared/model.pt"]
        assert (base.root / ".." / "shared" / "model.pt").read_text() == "weights"
    assert [text for text in repository.said if "outside" in text] == [
        "../../far.pt lies outside the repository: the base reaches it only by an absolute path"
    ]


def test_a_link_that_leads_nowhere_from_the_worktree_leads_to_the_projects(repository, tmp_path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "model.pt").write_text("weights")
    (repository.path / "models").symlink_to("../disk")
    repository.commit()
    with repository.base(files=["models/model.pt"]) as base:
        assert (base.root / "models" / "model.pt").read_text() == "weights"
        assert [one.path for one in base.shared] == ["models"]


def test_nothing_is_changed_outside_the_worktree(repository, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "lfs.bin").write_text(pointer("x"))
    (repository.path / "models").symlink_to(outside)
    repository.commit(voices="a file")
    (repository.path / "models").unlink()
    (repository.path / "voices").unlink()
    for name in ("models/new.pt", "models/lfs.bin", "voices/ana.wav"):
        repository.write(name, "real")
    with repository.base(files=["models/new.pt", "models/lfs.bin", "voices/ana.wav", "models"]) as base:
        assert base.shared == ()
        assert (base.root / "voices").read_text() == "a file"
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"lfs.bin": pointer("x")}


def test_a_file_that_cannot_be_read_is_told(repository, monkeypatch) -> None:
    repository.write("model.pt", "weights")

    def refuse(*_):
        raise PermissionError(13, "Permission denied", "model.pt")

    monkeypatch.setattr(hashlib, "file_digest", refuse)
    with pytest.raises(RevisionError, match="cannot be shared with the base.*model.pt"):
        with repository.base(files=["model.pt"]):
            pytest.fail("the block must not begin")
    assert repository.has_one_tree()


def test_the_digest_is_that_of_the_file_and_of_a_folders_names_and_files(tmp_path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    assert digest(tmp_path / "a") == sha256("1")
    before = digest(tmp_path)
    assert before == sha256(f"a\0{sha256('1')}\nb\0{sha256('2')}")
    (tmp_path / "b").rename(tmp_path / "c")
    renamed = digest(tmp_path)
    (tmp_path / "c").write_text("3")
    assert len({before, renamed, digest(tmp_path)}) == 3


def test_the_strings_of_nested_settings() -> None:
    nested = {"a": "x", "b": [1, "y", {"c": ("z", None, 2.5, True)}]}
    assert list(strings(nested)) == ["x", "y", "z"]


PARTS = st.sampled_from(
    [
        "..",
        ".",
        "",
        "voice.py",
        "model.pt",
        "voices",
        "clip.wav",
        "link",
        "loop",
        ".git",
        "config",
        "~",
        "hf:",
    ]
)
VALUES = st.one_of(
    st.text(st.characters(), max_size=8),
    st.sampled_from(
        ["https://example.org/x", "hf://a/b.pt", "a" * 5000, "a/" * 3000, "\0", "\ud800", "\udc80", " "]
    ),
    st.lists(PARTS, min_size=1, max_size=5).map("/".join),
)


@pytest.fixture
def tree(repository, tmp_path):
    """A worktree made by hand, and what must not change."""
    repository.write("model.pt", "weights")
    repository.write("voices/clip.wav", "clip")
    (repository.path / "link").symlink_to("voices")
    (repository.path / "loop").symlink_to("loop")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "main~1")
    return git.place(repository.path), tmp_path / "tree"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, max_size=4), absolute=st.booleans())
def test_odd_settings_neither_fail_nor_reach_outside_the_worktree(tree, tmp_path, values, absolute) -> None:
    project, base = tree
    entries = lambda: {path for path in tmp_path.rglob("*") if not path.is_relative_to(base)}  # noqa: E731
    before = entries()
    given_values = [f"{project.root}/{value}" for value in values] if absolute else values
    shared = worktree.share(project, base, given_values, lambda text: None)
    made = [path for path in base.rglob("*") if path.is_symlink()]
    assert entries() == before
    assert not absolute or not made
    assert all(path.readlink() == project.top / path.relative_to(base) for path in made)
    assert {path.relative_to(base).parts[0] for path in base.iterdir()} <= {
        ".git", ".gitignore", "voice.py", "model.pt", "voices", "link",
    }  # fmt: skip
    assert all((project.root / one.path).exists() for one in shared)
    for path in made:
        path.unlink()
    shutil.rmtree(base / "voices", ignore_errors=True)


# Submodules


@pytest.fixture(scope="module")
def nested_template(tmp_path_factory) -> Path:
    """A repository whose submodule has a submodule, both changed since the tag `v1`."""
    folder = tmp_path_factory.mktemp("nested")
    inner, outer, whole = (Repository(folder / name, Path()) for name in ("inner", "outer", "whole"))
    inner.commit(inner_py="old inner")
    outer.git("submodule", "--quiet", "add", str(inner.path), "inner")
    outer.commit(outer_py="old outer")
    whole.git("submodule", "--quiet", "add", str(outer.path), "libraries/outer")
    whole.git("submodule", "--quiet", "update", "--init", "--recursive")
    whole.commit()
    whole.git("tag", "v1")
    inner.commit(inner_py="new inner")
    outer.git("submodule", "--quiet", "update", "--remote")
    outer.commit(outer_py="new outer")
    whole.git("submodule", "--quiet", "update", "--remote", "--recursive")
    whole.commit()
    return whole.path


@pytest.fixture
def nested(nested_template, tmp_path) -> Repository:
    return Repository(tmp_path / "nested", tmp_path / "temporary", like=nested_template)


def test_submodules_have_the_commits_that_the_base_names(nested) -> None:
    here = nested.path / "libraries" / "outer"
    assert (here / "outer.py").read_text() == "new outer"
    (here / "outer.py").write_text("dirty")
    index = nested.git("-C", "libraries/outer", "rev-parse", "--git-path", "index")
    before = (here / index).read_bytes()
    with nested.base("v1") as base:
        there = base.root / "libraries" / "outer"
        assert (there / "outer.py").read_text() == "old outer"
        assert (there / "inner" / "inner.py").read_text() == "old inner"
        assert base.shared == ()
    assert (here / "outer.py").read_text() == "dirty"
    assert (here / index).read_bytes() == before
    assert nested.has_one_tree()


def test_a_submodule_that_is_not_here_is_told(nested) -> None:
    nested.git("submodule", "--quiet", "deinit", "--force", "libraries/outer")
    with nested.base("v1") as base:
        assert not list((base.root / "libraries" / "outer").iterdir())
    assert nested.said == ["the submodule libraries/outer is not checked out here: the base goes without it"]


def test_a_submodules_commit_that_is_not_here_is_told_with_the_command_that_fetches_it(nested) -> None:
    unknown = "1" * 40
    nested.git("update-index", "--cacheinfo", f"160000,{unknown},libraries/outer")
    nested.git("commit", "--quiet", "-m", "a commit that was never pushed")
    with (
        pytest.raises(RevisionError, match="submodule libraries/outer cannot be checked out") as error,
        nested.base(),
    ):
        pytest.fail("the block must not begin")
    assert error.value.hint == f"git -C {nested.path / 'libraries' / 'outer'} fetch origin {unknown}"
    assert nested.has_one_tree()


def test_a_folder_without_a_worktree_goes_with_its_process(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    names = {f"{worktree._prefix()}{pid}-x" for pid in (ended.pid, os.getpid())}
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock").touch()
    worktree._remove_unregistered()
    left = [path.name for path in tmp_path.glob(f"{worktree._prefix()}*")]
    assert left == [f"{worktree._prefix()}{os.getpid()}-x"]
