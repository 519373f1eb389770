using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace PbKv.Client;

/// <summary>
/// A client of a PbKv cluster, for any number of concurrent callers. Every operation is tried until it is done, its
/// deadline passes, or it is cancelled; it is executed at most once, however often it was sent. What fails tells by
/// <see cref="PbKvException.Outcome"/> whether it may have been executed.
/// </summary>
/// <example><code> await using var kv = await PbKvClient.ConnectAsync("127.0.0.1:7000"); await kv.PutAsync("k", "v");
/// var value = await kv.GetAsync("k");
/// </code></example>
public sealed partial class PbKvClient : IAsyncDisposable, IDisposable
{
    /// <summary>Half a surrogate pair is refused: replaced, as .NET would, two different keys would be one.</summary>
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly ClientConnection _connection;
    private readonly CallQueue _queue;
    private readonly PbKvSettings _settings;
    private readonly long _defaultDeadline;
    private readonly Lazy<Task> _closed;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>View services that the last status named: those that were given may all be gone by now.</summary>
    private ImmutableArray<string> _met = [];

    private PbKvClient(ClientConnection connection, PbKvSettings settings)
    {
        (_connection, _queue, _settings) = (connection, connection.Queue, settings);
        _defaultDeadline = Ticks(_settings.Deadline);
        _closed = new Lazy<Task>(CloseAsync);
    }

    /// <summary>
    /// What the configuration of an ActorSystem has to hold for
    /// <see cref="Join(ActorSystem, string, PbKvClientOptions?)"/>.
    /// </summary>
    public static string Hocon => PbKvConfig.Remoting;

    /// <summary>A client with an ActorSystem of its own. The cluster need not be there yet.</summary>
    /// <param name="viewServices">Where the view service is, host:port; several members of one cluster with commas
    /// between.</param>
    public static Task<PbKvClient> ConnectAsync(
        string viewServices,
        PbKvClientOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(viewServices);
        return ConnectAsync(viewServices.Split(','), options, cancellationToken);
    }

    /// <inheritdoc cref="ConnectAsync(string, PbKvClientOptions?, CancellationToken)"/>
    public static Task<PbKvClient> ConnectAsync(
        IEnumerable<string> viewServices,
        PbKvClientOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(viewServices);
        return Task.Run(() => Connect(viewServices, options ?? new(), NodeHooks.None), cancellationToken);
    }

    /// <summary>
    /// A client in an ActorSystem that the application has, and goes on to own. Those of one cluster share a session
    /// there, unless <see cref="PbKvClientOptions.OwnSession"/> says otherwise: what they ask for at the same time
    /// travels together.
    /// </summary>
    public static PbKvClient Join(ActorSystem system, string viewServices, PbKvClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(viewServices);
        options ??= new();
        var (settings, joined) = (
            ClientConnection.SettingsOf(viewServices.Split(','), options),
            JoinedConnections.In(system)
        );
        return new PbKvClient(
            options.OwnSession ? ClientConnection.In(system, joined, settings) : joined.Take(settings),
            settings
        );
    }

    /// <summary>It has been disposed: its calls fail, also where others go on in the same session.</summary>
    internal bool IsClosing => _closing.IsCancellationRequested;

    internal static PbKvClient Connect(string viewServices, PbKvClientOptions options, NodeHooks hooks) =>
        Connect(viewServices.Split(','), options, hooks);

    private static PbKvClient Connect(IEnumerable<string> viewServices, PbKvClientOptions options, NodeHooks hooks)
    {
        var settings = ClientConnection.SettingsOf(viewServices, options);
        return new PbKvClient(ClientConnection.Own(settings, options.LoggerFactory, hooks), settings);
    }

    /// <summary>
    /// Operations still outstanding fail, and tell whether they may have been executed. The last client of a session
    /// closes it.
    /// </summary>
    public ValueTask DisposeAsync() => new(_closed.Value);

    /// <summary>For containers that know no other way; <see cref="DisposeAsync"/> blocks nobody.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>How the cluster is.</summary>
    public async Task<PbKvStatus> StatusAsync(TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var settings = _settings with { ViewServices = [.. _settings.ViewServices.Union(_met)] };
        var inquiry = new StatusInquiry(settings.ViewServices);
        var status = await AskAsync(settings, inquiry, deadline, cancellationToken).ConfigureAwait(false);
        _met = [.. status.ViewServices.Select(member => member.Address)];
        return status;
    }

    /// <summary>
    /// Makes a live server the primary, whatever is lost by it: for a cluster whose data is gone already.
    /// </summary>
    /// <param name="primary">The server, host:port.</param>
    /// <exception cref="PbKvException">Refused, with the reason; or not answered.</exception>
    public Task<PbKvReset> ResetAsync(
        string primary,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(primary);
        return AskAsync(_settings, new ResetInquiry(_settings.ViewServices, primary), deadline, cancellationToken);
    }

    /// <summary>One operation of the kind that somebody typed, or drew.</summary>
    /// <returns>What is answered, as it came; null for a value that is not there.</returns>
    internal ValueTask<byte[]?> RunAsync(
        OperationKind kind,
        Bytes key,
        Bytes value,
        TimeSpan? deadline = null,
        CancellationToken cancellation = default
    ) => Begin(kind, key, value, deadline, cancellation, missingIsNull: true).Binary!;

    private Task<T> AskAsync<T>(
        PbKvSettings settings,
        Inquiry<T> inquiry,
        TimeSpan? deadline,
        CancellationToken cancellation
    )
    {
        var within = Deadlines.Check(deadline ?? settings.Deadline);
        return IsClosing
            ? Task.FromException<T>(Failures.Closed(wasSubmitted: false))
            : _connection.AskAsync<T>(
                result => Props.Create(() => new Inquirer<T>(settings, inquiry, within, result)),
                cancellation
            );
    }

    private Task CloseAsync()
    {
        _closing.Cancel();
        return _connection.LetGoAsync(this);
    }

    private Begun Begin(
        OperationKind kind,
        Bytes key,
        Bytes value,
        TimeSpan? deadline,
        CancellationToken cancellation,
        bool missingIsNull = false
    )
    {
        var ticks = deadline is { } given ? Ticks(given) : _defaultDeadline;
        var call = _queue.Rent();
        call.Begin(this, kind, key, value, ticks, missingIsNull, cancellation);
        // Read before others can complete the call.
        var version = call.Version;
        Submit(call);
        return new Begun(call, version);
    }

    private void Submit(Call call)
    {
        if (call.IsCancelled)
            call.Fail(Failures.CancelledInTime(call));
        else if (_queue.TryEnter())
            Push(call);
        else
            _ = SubmitWhenThereIsRoomAsync(call);
    }

    private void Push(Call call)
    {
        call.WatchCancellation();
        _queue.Push(call);
    }

    private async Task SubmitWhenThereIsRoomAsync(Call call)
    {
        var began = Stopwatch.GetTimestamp();
        var tick = _settings.Protocol.ClerkTickMs;
        var isEndless = call.DeadlineTicks == long.MaxValue;
        var within = isEndless ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(call.DeadlineTicks * tick);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, _closing.Token);
        if (!await _queue.EnterAsync(within, end.Token).ConfigureAwait(false))
        {
            call.Fail(Failures.NoRoom(call, _queue.Places));
            return;
        }
        if (!isEndless)
            call.DeadlineTicks -= (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds / tick;
        Push(call);
    }

    private long Ticks(TimeSpan deadline) => Deadlines.Ticks(deadline, _settings.Protocol.ClerkTickMs);

    internal static Bytes Utf8(string text, [CallerArgumentExpression(nameof(text))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        return new Bytes(Strict.GetBytes(text));
    }

    /// <summary>The caller may use its memory again as soon as the call returns.</summary>
    private static Bytes Copy(ReadOnlyMemory<byte> bytes) => Bytes.CopyOf(bytes.Span);

    /// <summary>A call under way, as what its caller awaits.</summary>
    private readonly record struct Begun(Call Call, short Version)
    {
        public ValueTask Done => new(Call, Version);

        public ValueTask<string> Text => new(Call, Version);

        public ValueTask<byte[]> Binary => new(Call, Version);

        public ValueTask<PbKvEntry?> Entry => new(Call, Version);

        public ValueTask<PbKvChange> Change => new(Call, Version);

        public ValueTask<PbKvSum> Sum => new(Call, Version);
    }
}
