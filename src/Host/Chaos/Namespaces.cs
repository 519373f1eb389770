using PbKv.Checking;

namespace PbKv.Host.Chaos;

internal sealed class Namespaces : IPlace
{
    public bool HasRelays => false;

    public static Namespaces Create() => throw new Failure("NoNamespaces", "not yet");

    public (string Host, IReadOnlyList<string> Through) Of(string name, string host) => (host, []);

    public Task CutAsync(ChaosCluster cluster, FaultLog log, Chance chance, CancellationToken enough) => Task.CompletedTask;

    public void Dispose()
    {
    }
}
