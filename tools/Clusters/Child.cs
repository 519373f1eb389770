using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace PbKv.Clusters;

/// <summary>Numbers as Linux has them.</summary>
public enum Signal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>What a program left behind.</summary>
public sealed record Ended(int Code, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);
}

/// <summary>
/// A program as a process: what it writes is kept, what it says can be awaited, and it is gone when it is disposed, or
/// when this program ends.
/// </summary>
public class Child : IDisposable
{
    /// <summary>Generous: it only passes when something is wrong, and the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The runtime's own variable: whether a program opens itself to debuggers and profilers.</summary>
    public const string Diagnostics = "DOTNET_EnableDiagnostics";

    /// <summary>What is kept of standard error, of one that goes on for long: the end.</summary>
    private const int MostErrors = 1 << 20;

    private const int BufferBytes = 16 << 10;

    private static readonly ConcurrentDictionary<Child, bool> Running = new();

    private readonly Process _process;
    private readonly string _words;
    private readonly Task _reading;
    private readonly MemoryStream _output = new();
    private readonly StringBuilder _error = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>However this program ends, by a second Ctrl-C too: none is left behind.</summary>
    static Child() =>
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var child in Running.Keys)
                child.Send(Signal.Kill);
        };

    /// <param name="words">The program and its arguments.</param>
    /// <param name="log">What it writes to standard error goes to the end of this file too.</param>
    /// <param name="folder">Where it runs, if not here.</param>
    /// <param name="variable">In its environment, beside those of this program.</param>
    public Child(
        IReadOnlyList<string> words,
        string? log = null,
        string? folder = null,
        (string Name, string Value)? variable = null
    )
    {
        _words = string.Join(' ', words);
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        // Who is killed leaves its sockets for debuggers and profilers behind. Who wants to look in says 1 beforehand.
        start.Environment.TryAdd(Diagnostics, "0");
        if (variable is var (name, value))
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        Running[this] = true;
        _reading = Task.WhenAll(Task.Run(ReadOutputAsync), Task.Run(() => ReadErrorAsync(log)));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Whether it was sent SIGSTOP and has seen it, or is gone; true too where it cannot be seen.</summary>
    public bool StandsStill
    {
        get
        {
            if (!Directory.Exists("/proc/self/task"))
                return true;
            try
            {
                return Directory
                    .EnumerateDirectories($"/proc/{Id}/task")
                    .All(thread => StateOf(thread) is 'T' or 't' or 'Z' or 'X');
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // A thread, or all of it, ended while it was looked at; one that ends does not stand still.
                return !Directory.Exists($"/proc/{Id}");
            }
        }
    }

    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.WorkingSet64;
        }
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public byte[] OutputBytes
    {
        get
        {
            lock (_gate)
                return _output.ToArray();
        }
    }

    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string Error
    {
        get
        {
            lock (_gate)
                return _error.ToString();
        }
    }

    public static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    public void Send(Signal signal)
    {
        // A process that has exited meanwhile needs no signal any more.
        if (!_process.HasExited)
            _ = Kill(_process.Id, (int)signal);
    }

    /// <summary>Sends SIGSTOP: each of its threads runs on until it gets time to see it.</summary>
    /// <returns>Whether it stands still now, or is gone.</returns>
    public async Task<bool> PauseAsync(TimeSpan within)
    {
        Send(Signal.Stop);
        for (var since = Stopwatch.StartNew(); since.Elapsed < within; await Task.Delay(1))
        {
            if (StandsStill)
                return true;
        }
        return false;
    }

    public async Task WriteLineAsync(string line)
    {
        await Input.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
        await Input.FlushAsync();
    }

    /// <summary>Waits until what was written to standard output holds this.</summary>
    public Task WaitForOutputAsync(Predicate<string> holds) => WaitAsync(() => holds(Output));

    /// <summary>Waits until what was written to standard error holds this.</summary>
    public Task WaitForErrorAsync(Predicate<string> holds) => WaitAsync(() => holds(Error));

    public async Task<bool> HasExitedWithinAsync(TimeSpan time)
    {
        using var limit = new CancellationTokenSource(time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _reading.WaitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async Task<Ended> WaitForExitAsync(TimeSpan? within = null) =>
        await HasExitedWithinAsync(within ?? Patience)
            ? new Ended(ExitCode, OutputBytes, Error)
            : throw new TimeoutException($"still running after {within ?? Patience}: {this}");

    /// <summary>When it returns, the process is gone with those that it started, and its port is free.</summary>
    public void Dispose()
    {
        if (!Running.TryRemove(this, out _))
            return;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    public override string ToString() => $"{_words}\n--- output\n{Output}\n--- error\n{Error}";

    /// <summary>The letter behind the name, which stands in brackets and may hold any other.</summary>
    private static char StateOf(string thread)
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return stat[stat.LastIndexOf(')') + 2];
    }

    private async Task WaitAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news;
            lock (_gate)
                news = _news.Task;
            var over = _reading.IsCompleted;
            if (holds())
                return;
            if (over)
                throw new IOException($"ended before it said what was waited for: {this}");
            try
            {
                await Task.WhenAny(news, _reading).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"waited {Patience}: {this}", e);
            }
        }
    }

    private Task ReadOutputAsync() => ReadAsync(_process.StandardOutput.BaseStream, bytes => _output.Write(bytes.Span));

    private async Task ReadErrorAsync(string? log)
    {
        await using var copy = log is null
            ? Stream.Null
            : new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var decoder = Encoding.UTF8.GetDecoder();
        var text = new char[BufferBytes];
        await ReadAsync(
            _process.StandardError.BaseStream,
            bytes =>
            {
                copy.Write(bytes.Span);
                _error.Append(text, 0, decoder.GetChars(bytes.Span, text, flush: false));
                if (_error.Length > MostErrors)
                    _error.Remove(0, _error.Length - MostErrors / 2);
            }
        );
    }

    private async Task ReadAsync(Stream stream, Action<ReadOnlyMemory<byte>> keep)
    {
        var buffer = new byte[BufferBytes];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            TaskCompletionSource news;
            lock (_gate)
            {
                keep(buffer.AsMemory(0, count));
                news = _news;
                _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            news.SetResult();
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
