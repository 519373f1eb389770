namespace PbKv.Actors.Hosting;

/// <summary>What an ActorSystem of Akka.Hosting has of PbKv: its node, its client.</summary>
internal sealed class Hosted<T> : IExtension
    where T : class
{
    public T? Value { get; set; }

    public static Hosted<T> In(ActorSystem system) => new Id().Apply(system);

    private sealed class Id : ExtensionIdProvider<Hosted<T>>
    {
        public override Hosted<T> CreateExtension(ExtendedActorSystem system) => new();
    }
}
