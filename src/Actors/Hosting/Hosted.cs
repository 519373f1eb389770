using Akka.Actor;
using PbKv.Client;

namespace PbKv.Actors.Hosting;

/// <summary>What an ActorSystem of Akka.Hosting has of PbKv.</summary>
internal sealed class Hosted : IExtension
{
    public PbKvNode? Node { get; set; }

    public PbKvClient? Client { get; set; }

    /// <summary>Why the node did not start: Akka.Hosting keeps that to its log.</summary>
    public Exception? Failure { get; set; }

    public static Hosted In(ActorSystem system) => new Id().Apply(system);

    private sealed class Id : ExtensionIdProvider<Hosted>
    {
        public override Hosted CreateExtension(ExtendedActorSystem system) => new();
    }
}
