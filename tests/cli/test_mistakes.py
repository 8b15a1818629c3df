import os

import pytest

from nntui.cli.failures import exit_code_of


def error_lines(answer):
    lines = answer.err.splitlines()
    assert lines, "nothing was said"
    assert all(line.startswith("nntui: ") for line in lines), answer.err
    assert answer.out == ""
    return [line.removeprefix("nntui: ") for line in lines]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trian"], "did you mean 'train'?"),
        (["models/iris.toml"], "nntui train models/iris.toml"),
        (["train", "iirs"], "did you mean 'iris'?"),
        (["train", "--nmae", "x"], "--name"),
        (["train", "iris", "--set", "training.epochs"], "expected PATH=VALUE"),
        (["train", "no-such.toml"], "no-such.toml does not exist"),
        (["train", "/"], "is a directory"),
        (["watch", "nothing"], "no run 'nothing'"),
        (["resume"], "no runs in"),
        (["set", "learning_rate=1"], "no runs in"),
        (["set", "a", "b", "c"], "expected [RUN] NAME=VALUE"),
        (["set", "a", "epochs=1", "epochs=2"], "each NAME once"),
        (["completion", "tcsh"], "'tcsh'"),
        (["show"], "MODEL"),
        (["show", "~nobody-at-all/x.toml"], "~nobody-at-all"),
        (["watch", "~nobody-at-all/run"], "~nobody-at-all"),
        (["runs", "--runs-dir", "~nobody-at-all"], "~nobody-at-all"),
    ],
)
def test_a_mistake_is_one_line_that_helps_and_exit_code_2(ask, arguments, words):
    answer = ask(*arguments)
    (line,) = error_lines(answer)
    assert words in line
    assert answer.code == 2


def test_every_problem_of_a_model_is_a_line_with_its_path(ask):
    answer = ask(
        "train", "iris", "--set", "training.epoch=5", "--set", "layers[0].units=0", "--set", "training.seed=-1"
    )
    lines = error_lines(answer)
    assert answer.code == 2
    assert {line.partition(":")[0] for line in lines} == {"training.epoch", "layers[0].units", "training.seed"}


def test_a_runs_directory_that_cannot_be_made_is_no_traceback(ask, tmp_path):
    (tmp_path / "file").write_text("")
    answer = ask("train", "iris", "--runs-dir", str(tmp_path / "file" / "runs"))
    (line,) = error_lines(answer)
    assert str(tmp_path / "file") in line
    assert answer.code == 1


def test_control_characters_of_a_file_name_do_not_reach_the_terminal(ask, tmp_path):
    (line,) = error_lines(ask("train", f"{tmp_path}/\x1b[2Jx.toml"))
    assert "\x1b" not in line


def test_a_failure_of_the_system_is_one_line(capsys):
    def fail():
        raise PermissionError(13, "Permission denied", "/somewhere")

    assert exit_code_of(fail) == 1
    assert capsys.readouterr().err == "nntui: /somewhere: Permission denied\n"


def test_memory_that_runs_out_is_one_line(capsys):
    def fail():
        raise MemoryError

    assert exit_code_of(fail) == 1
    assert capsys.readouterr().err.startswith("nntui: out of memory")


def test_a_bug_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        exit_code_of(lambda: 1 // 0)


def test_a_reader_of_the_list_that_leaves_is_no_error(root):
    import subprocess

    from tests.cli.conftest import COMMAND

    for arguments in (["--version"], ["models"], ["schema"], ["--help"]):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([*COMMAND, *arguments], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
        os.close(write)
        assert (done.returncode, done.stderr) == (1, "")


def test_streams_that_are_closed_are_survived(root):
    import subprocess

    from tests.cli.conftest import COMMAND

    line = " ".join(COMMAND)
    done = subprocess.run(
        f"{line} models >&-; {line} trian 2>&-", shell=True, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.parametrize(
    "text", ["x" * 5000, "a " * 2500, "/" + "x" * 5000, "'" + "\x1b[2J" * 1000], ids=lambda text: text[:3]
)
@pytest.mark.parametrize(
    "command",
    ["train {}", "show {}", "watch {}", "evaluate {}", "evaluate --checkpoint {}", "completion {}", "{}", "--{}",
     "set {}", "set {}=1", "set learning_rate={}", "lrfind iris --steps {}", "lrfind iris --from {}", "runs --{}",
     "train iris --set {}", "train iris --set {}=3", "train iris --set data.source={}", "train iris --name {}",
     "train iris --set training.epochs={}", "--runs-dir {} runs"],
)  # fmt: skip
def test_no_refusal_repeats_all_it_was_given(ask, root, command, text):
    answer = ask(*(word.format(text) for word in command.split()))
    assert answer.out == ""
    for line in answer.err.splitlines():
        assert len(line) <= 450
        assert line.isprintable()
