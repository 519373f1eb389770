using System.Collections.Immutable;
using System.Runtime.Serialization;
using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using PbKv.Actors;
using PbKv.Actors.Hosting;
using PbKv.Actors.Shells;
using PbKv.Actors.Wire;
using PbKv.Protocol;

namespace PbKv.Client;

/// <summary>A client's part of an ActorSystem, its own or the application's.</summary>
internal sealed class ClientConnection
{
    private readonly ActorSystem _system;
    private readonly bool _owned;
    private readonly NodeHooks _hooks;
    private readonly string _name = $"pbkv-client-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IActorRef _guardian = ActorRefs.Nobody;
    private CallQueue? _queue;

    private ClientConnection(ActorSystem system, bool owned, PbKvSettings settings, NodeHooks hooks) =>
        (_system, _owned, Settings, _hooks) = (system, owned, settings, hooks);

    public PbKvSettings Settings { get; }

    /// <summary>
    /// Answers come on the connection that the client opened, so it listens on loopback only. Its name is random: two systems
    /// of the same name and address would be taken for one.
    /// </summary>
    public static ClientConnection Own(IEnumerable<string> viewServices, PbKvClientOptions options, NodeHooks hooks)
    {
        var settings = SettingsOf(viewServices, options) with { Host = "127.0.0.1", Port = 0, Advertise = null };
        var name = $"pbkv-client-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        return new ClientConnection(NodeSystem.Create(name, settings, options.LoggerFactory), owned: true, settings, hooks);
    }

    public static ClientConnection In(ActorSystem system, IEnumerable<string> viewServices, PbKvClientOptions options, NodeHooks hooks)
    {
        var settings = SettingsOf(viewServices, options);
        if (((ExtendedActorSystem)system).Provider.DefaultAddress.Port is null || !CanSend(system))
            throw new PbKvStartException($"the ActorSystem {system.Name} cannot reach a PbKv: its configuration lacks what {nameof(PbKvClient)}.{nameof(PbKvClient.Hocon)} holds");
        return new ClientConnection(system, owned: false, settings, hooks);
    }

    public void Start(CallQueue queue)
    {
        _queue = queue;
        var clerk = Clerk.CreateProps(queue, Settings, _hooks);
        _guardian = _system.ActorOf(NodeGuardian.CreateProps(clerk, "clerk", OnEnded), _name);
    }

    public Task<T> AskAsync<T>(Func<TaskCompletionSource<T>, Props> inquiry, CancellationToken cancellation)
    {
        if (_ended.Task.IsCompleted) return Task.FromException<T>(Failures.Closed(wasSubmitted: false));
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asker = _system.ActorOf(inquiry(result));
        return cancellation.CanBeCanceled ? WaitAsync(result, asker, cancellation) : result.Task;
    }

    public async ValueTask StopAsync()
    {
        _guardian.Tell(Clerk.Close.Instance, ActorRefs.NoSender);
        await _ended.Task.ConfigureAwait(false);
        if (_owned) await _system.Terminate().ConfigureAwait(false);
    }

    private async Task<T> WaitAsync<T>(TaskCompletionSource<T> result, IActorRef asker, CancellationToken cancellation)
    {
        try
        {
            return await result.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _system.Stop(asker);
            throw;
        }
    }

    private void OnEnded(Exception? failure)
    {
        _queue?.Close(failure is null ? Failures.Closed : wasSubmitted => Failures.Failed(failure, wasSubmitted));
        _ended.TrySetResult();
    }

    private static bool CanSend(ActorSystem system)
    {
        try
        {
            return system.Serialization.FindSerializerFor(new Envelope(default, default, Stamp.None, []), null) is EnvelopeSerializer;
        }
        catch (SerializationException)
        {
            return false; // There is not even one for any object.
        }
    }

    private static PbKvSettings SettingsOf(IEnumerable<string> viewServices, PbKvClientOptions options)
    {
        var settings = PbKvSettings.Read(options.Config);
        ImmutableArray<string> addresses = [.. viewServices.Select(address => address.Trim())];
        if (addresses.IsEmpty) throw new PbKvStartException($"no view service is named: it takes one or more of {HostPort.Allowed}");
        foreach (var address in addresses)
        {
            if (!HostPort.TryParse(address, out _)) throw new PbKvStartException($"'{address}' is no address of a view service: it takes {HostPort.Allowed}");
        }
        return settings with { ViewServices = addresses, Deadline = options.Deadline ?? settings.Deadline };
    }
}
