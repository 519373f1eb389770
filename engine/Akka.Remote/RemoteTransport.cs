namespace Akka.Remote;

/// <summary>How a system with `akka.actor.provider = remote` comes to have remoting.</summary>
internal sealed class RemoteTransport : RemoteHook
{
    private ActorSystemImpl _system;
    private Remoting _remoting;

    public override Address DefaultAddress => _remoting.LocalAddress;

    public override void Start(ActorSystemImpl system)
    {
        _system = system;
        _remoting = new Remoting(system);
        _remoting.Start();
    }

    public override bool IsOwn(Address address) => address == _remoting.LocalAddress;

    public override InternalActorRef Resolve(ActorPath path) => new RemoteActorRef(_system, _remoting, path);

    public override Task Shutdown() => _remoting is null
        ? Task.CompletedTask
        : Task.Factory.StartNew(_remoting.Stop, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
