using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace PbKv.Host.Processes;

/// <summary>
/// A node of this same program as a process of its own: started, awaited until it says `ready`, sent signals, and gone when
/// it is disposed.
/// </summary>
internal sealed class NodeProcess : IDisposable
{
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(30);

    private static readonly ConcurrentDictionary<NodeProcess, bool> Running = new();

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _disposed;

    /// <summary>However this program ends, by a second Ctrl-C too: none of its nodes is left behind.</summary>
    static NodeProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var node in Running.Keys) node.Dispose();
    };

    private NodeProcess(Process process, string arguments)
    {
        _process = process;
        Arguments = arguments;
    }

    public string Arguments { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Where it listens, host:port, as it said itself.</summary>
    public string Address => _ready.Task.IsCompletedSuccessfully ? _ready.Task.Result : throw new InvalidOperationException($"`pbkv {Arguments}` is not ready yet");

    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.WorkingSet64;
        }
    }

    /// <summary>The last lines that it wrote to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <param name="errorLine">Told every line of its standard error.</param>
    /// <param name="through">A program, with its arguments, that becomes this one somewhere else.</param>
    public static async Task<NodeProcess> StartAsync(
        IReadOnlyList<string> arguments, Action<string>? errorLine = null, IReadOnlyList<string>? through = null)
    {
        var node = Start(arguments, errorLine, through ?? []);
        try
        {
            await node._ready.Task.WaitAsync(ReadyWithin);
            return node;
        }
        catch (TimeoutException)
        {
            node.Dispose();
            throw new Failure("NotReady", $"`pbkv {node.Arguments}` did not say that it is ready within {ReadyWithin.TotalSeconds:0} s: {node.Errors.Trim()}");
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    public void Signal(int signal)
    {
        // A process that has exited meanwhile needs no signal any more.
        if (!_process.HasExited) _ = Kill(_process.Id, signal);
    }

    public async Task<bool> WaitForExitAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        if (!Running.TryRemove(this, out _)) return;
        Signal(SigKill);
        _process.Dispose();
    }

    private static NodeProcess Start(IReadOnlyList<string> arguments, Action<string>? errorLine, IReadOnlyList<string> through)
    {
        var (file, prefix) = Self();
        string[] words = [.. through, file, .. prefix, .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var node = new NodeProcess(process, string.Join(' ', arguments));
        process.OutputDataReceived += (_, line) => node.OnOutput(line.Data);
        process.ErrorDataReceived += (_, line) => node.OnError(line.Data, errorLine);
        process.Exited += (_, _) => node.OnExited();
        process.Start();
        Running[node] = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return node;
    }

    /// <summary>The program that runs now: its own executable, or `dotnet pbkv.dll`.</summary>
    private static (string File, IReadOnlyList<string> Prefix) Self()
    {
        var assembly = typeof(NodeProcess).Assembly.Location;
        var executable = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        return File.Exists(executable) ? (executable, []) : ("dotnet", [assembly]);
    }

    private void OnOutput(string? line)
    {
        // ready view 127.0.0.1:7000
        if (line is not null && line.StartsWith("ready ", StringComparison.Ordinal)) _ready.TrySetResult(line[(line.LastIndexOf(' ') + 1)..]);
    }

    private void OnExited()
    {
        // Also told of one that was disposed of meanwhile, which has no exit code any more.
        if (_disposed || _ready.Task.IsCompleted) return;
        _ready.TrySetException(new Failure("NotReady", $"`pbkv {Arguments}` ended with code {_process.ExitCode} before it was ready: {Errors.Trim()}"));
    }

    private void OnError(string? line, Action<string>? told)
    {
        if (line is null) return;
        lock (_errors)
        {
            if (_errors.Length > 8000) _errors.Remove(0, 4000);
            _errors.AppendLine(line);
        }
        told?.Invoke(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
