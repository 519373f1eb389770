using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using PbKv.Host.Processes;

namespace PbKv.Host.Tests.Processes;

/// <summary>The real program, or another, as a process. Whatever a test leaves running is killed with the test host.</summary>
internal sealed class Pbkv : IAsyncDisposable
{
    /// <summary>Generous: it only passes when something is wrong, and the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "pbkv.dll");

    private static readonly ConcurrentDictionary<int, Process> Running = new();

    private readonly Process _process;
    private readonly Task _reading;
    private readonly MemoryStream _output = new();
    private readonly StringBuilder _error = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    static Pbkv() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var process in Running.Values) process.Kill(entireProcessTree: true);
    };

    private Pbkv(Process process)
    {
        _process = process;
        Running[process.Id] = process;
        _reading = Task.WhenAll(
            Task.Run(() => ReadAsync(process.StandardOutput.BaseStream, (bytes, count) => _output.Write(bytes, 0, count))),
            Task.Run(() => ReadAsync(process.StandardError.BaseStream, (bytes, count) => _error.Append(Encoding.UTF8.GetString(bytes, 0, count)))));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public Stream Input => _process.StandardInput.BaseStream;

    public byte[] OutputBytes
    {
        get
        {
            lock (_gate) return _output.ToArray();
        }
    }

    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string Error
    {
        get
        {
            lock (_gate) return _error.ToString();
        }
    }

    public static Pbkv Start(params string[] arguments) => StartProgram("dotnet", [Library, .. arguments]);

    public static Pbkv StartProgram(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return new Pbkv(Process.Start(start)!);
    }

    /// <param name="script">For bash, in which "$@" is the program with its arguments.</param>
    public static Pbkv StartInShell(string script, params string[] arguments) =>
        StartProgram("bash", ["-c", script, "bash", "dotnet", Library, .. arguments]);

    /// <inheritdoc cref="StartInShell"/>
    public static async Task<Result> RunInShellAsync(string script, params string[] arguments)
    {
        await using var shell = StartInShell(script, arguments);
        shell.Input.Close();
        return await shell.WaitForExitAsync();
    }

    /// <summary>Runs a command to its end.</summary>
    public static Task<Result> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <param name="input">All of standard input.</param>
    public static async Task<Result> RunAsync(byte[] input, params string[] arguments)
    {
        await using var pbkv = Start(arguments);
        await pbkv.Input.WriteAsync(input);
        pbkv.Input.Close();
        return await pbkv.WaitForExitAsync();
    }

    public async Task<Result> WaitForExitAsync(TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            await _reading;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"still running after {within ?? Patience}: {Transcript()}", e);
        }

        return new Result(_process.ExitCode, OutputBytes, Error);
    }

    /// <summary>Waits until what was written to standard output holds this.</summary>
    public Task WaitForOutputAsync(Func<string, bool> holds) => WaitAsync(() => holds(Output));

    /// <summary>Waits until what was written to standard error holds this.</summary>
    public Task WaitForErrorAsync(Func<string, bool> holds) => WaitAsync(() => holds(Error));

    /// <summary>The address in the line `ready ROLE HOST:PORT`.</summary>
    public async Task<string> ReadyAsync(string role)
    {
        await WaitForOutputAsync(text => text.Contains('\n'));
        var words = Output.Split('\n')[0].Split(' ');
        Assert.Equal(["ready", role], words[..2]);
        return words[2];
    }

    /// <param name="signal">As `kill` knows it: TERM, INT, KILL, STOP, CONT. One that is stopped stands still then.</param>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString()]);
        kill.WaitForExit();
        if (signal == "STOP") Assert.True(SpinWait.SpinUntil(() => Stillness.Of(Id), Patience), "it stands still");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        Running.TryRemove(_process.Id, out _);
        _process.Dispose();
    }

    private async Task WaitAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news;
            lock (_gate) news = _news.Task;
            if (holds()) return;
            if (_reading.IsCompleted) throw new InvalidOperationException($"ended before it said what was waited for: {Transcript()}");
            try
            {
                await news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"waited {Patience}: {Transcript()}", e);
            }
        }
    }

    private async Task ReadAsync(Stream stream, Action<byte[], int> keep)
    {
        var buffer = new byte[16 << 10];
        int count;
        do
        {
            count = await stream.ReadAsync(buffer);
            TaskCompletionSource news;
            lock (_gate)
            {
                keep(buffer, count);
                news = _news;
                _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            news.SetResult();
        }
        while (count > 0);
    }

    private string Transcript() => $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}\n--- output\n{Output}\n--- error\n{Error}";
}

internal sealed partial record Result(int Code, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>It did what was asked, and said nothing else.</summary>
    public Result Done(string? output = null)
    {
        Assert.Equal((0, ""), (Code, Error));
        if (output is not null) Assert.Equal(output, Output);
        return this;
    }

    /// <summary>Without the lines of a node's log, in which Akka says more or less, as it likes.</summary>
    public Result BesideItsLog() => this with { Error = LogLine().Replace(Error, "") };

    /// <summary>It failed with this code and one line on standard error that holds all of these words.</summary>
    public Result Failed(int code, params string[] words)
    {
        Assert.True(code == Code, $"exit code {Code} instead of {code}: {Output}{Error}");
        Assert.Matches("^[^\n]+\n$", Error);
        Assert.All(words, word => Assert.Contains(word, Error, StringComparison.Ordinal));
        return this;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\S+Z (DEBUG|INFO |WARN |ERROR) .*\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogLine();
}
