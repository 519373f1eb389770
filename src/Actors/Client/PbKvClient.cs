using System.Runtime.CompilerServices;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using PbKv.Actors;
using PbKv.Actors.Shells;
using PbKv.Protocol;

namespace PbKv.Client;

/// <summary>
/// A client of a PbKv cluster, for any number of concurrent callers. Every operation is tried until it is done, its deadline
/// passes, or it is cancelled; it is executed at most once, however often it was sent. What fails tells by
/// <see cref="PbKvException.Outcome"/> whether it may have been executed.
/// </summary>
/// <example><code>
/// await using var kv = await PbKvClient.ConnectAsync("127.0.0.1:7000");
/// await kv.PutAsync("k", "v");
/// var value = await kv.GetAsync("k");
/// </code></example>
public sealed partial class PbKvClient : IAsyncDisposable, IDisposable
{
    /// <summary>Half a surrogate pair is refused: replaced, as .NET would, two different keys would be one.</summary>
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly CallQueue _queue = new();
    private readonly ClientConnection _connection;
    private readonly PbKvSettings _settings;
    private readonly long _defaultDeadline;

    private PbKvClient(ClientConnection connection)
    {
        _connection = connection;
        _settings = connection.Settings;
        _defaultDeadline = Ticks(_settings.Deadline);
        _connection.Start(_queue);
    }

    /// <summary>What the configuration of an ActorSystem has to hold for <see cref="Join(ActorSystem, string, PbKvClientOptions?)"/>.</summary>
    public static string Hocon => PbKvConfig.Remoting;

    /// <summary>A client with an ActorSystem of its own. The cluster need not be there yet.</summary>
    /// <param name="viewServices">Where the view service is, host:port; several members of one cluster with commas between.</param>
    public static Task<PbKvClient> ConnectAsync(
        string viewServices, PbKvClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(viewServices);
        return ConnectAsync(viewServices.Split(','), options, cancellationToken);
    }

    /// <inheritdoc cref="ConnectAsync(string, PbKvClientOptions?, CancellationToken)"/>
    public static Task<PbKvClient> ConnectAsync(
        IEnumerable<string> viewServices, PbKvClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(viewServices);
        return Task.Run(() => new PbKvClient(ClientConnection.Own(viewServices, options ?? new(), NodeHooks.None)), cancellationToken);
    }

    /// <summary>A client in an ActorSystem that the application has, and goes on to own.</summary>
    public static PbKvClient Join(ActorSystem system, string viewServices, PbKvClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(viewServices);
        return new(ClientConnection.In(system, viewServices.Split(','), options ?? new(), NodeHooks.None));
    }

    internal static PbKvClient Connect(string viewServices, PbKvClientOptions options, NodeHooks hooks) =>
        new(ClientConnection.Own(viewServices.Split(','), options, hooks));

    /// <summary>Closes the session; operations still outstanding fail, and tell whether they may have been executed.</summary>
    public ValueTask DisposeAsync() => _connection.StopAsync();

    /// <summary>For containers that know no other way; <see cref="DisposeAsync"/> blocks nobody.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>How the cluster is. Servers that do not answer within a second are left out.</summary>
    public Task<PbKvStatus> StatusAsync(TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var (within, settings) = (Deadlines.Check(deadline ?? _settings.Deadline), _settings);
        return _connection.AskAsync<PbKvStatus>(result => Props.Create(() => new StatusInquiry(settings, within, result)), cancellationToken);
    }

    /// <summary>Makes a live server the primary, whatever is lost by it: for a cluster whose data is gone already.</summary>
    /// <param name="primary">The server, host:port.</param>
    /// <exception cref="PbKvException">Refused, with the reason; or not answered.</exception>
    public Task<ResetAnswer> ResetAsync(string primary, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(primary);
        var (within, settings, address) = (Deadlines.Check(deadline ?? _settings.Deadline), _settings, new NodeAddress(HostPort.OneAddress(primary)));
        return _connection.AskAsync<ResetAnswer>(result => Props.Create(() => new ResetInquiry(settings, address, within, result)), cancellationToken);
    }

    private Call Begin(OperationKind kind, Bytes key, Bytes value, TimeSpan? deadline, bool missingIsNull, CancellationToken cancellation)
    {
        var ticks = deadline is { } given ? Ticks(given) : _defaultDeadline;
        var call = _queue.Rent();
        call.Begin(_queue.NextId(), kind, key, value, ticks, missingIsNull, cancellation);
        return call;
    }

    /// <summary>The version is read before others can complete the call.</summary>
    private short Submit(Call call)
    {
        var version = call.Version;
        if (call.IsCancelled)
        {
            call.Fail(new PbKvCanceledException(PbKvOutcome.NotExecuted, call.Cancellation));
            return version;
        }
        call.WatchCancellation();
        _queue.Push(call);
        return version;
    }

    private long Ticks(TimeSpan deadline)
    {
        var within = Deadlines.Check(deadline);
        if (within == Timeout.InfiniteTimeSpan) return long.MaxValue;
        return Math.Max(1, (long)Math.Ceiling(within.TotalMilliseconds / _settings.Protocol.ClerkTickMs));
    }

    private static Bytes Utf8(string text, [CallerArgumentExpression(nameof(text))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        return new Bytes(Strict.GetBytes(text));
    }

    /// <summary>The caller may use its memory again as soon as the call returns.</summary>
    private static Bytes Copy(ReadOnlyMemory<byte> bytes) => Bytes.CopyOf(bytes.Span);
}
