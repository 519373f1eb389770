using System.Diagnostics;
using Akka.Actor;
using PbKv.Remoting.Bench;

// "serve" is what it starts itself as, for the other end. Otherwise it measures and prints a table; an argument is the
// seconds for each figure.
if (args is ["serve"])
{
    ActorSystem[] servers = [Systems.DotNetty(), Systems.PlugIn()];
    foreach (var server in servers)
        server.ActorOf(Props.Create(() => new EchoActor()), "echo");
    Console.WriteLine($"{RawLoop.Serve()} {string.Join(' ', servers.Select(Systems.AddressOf))}");
    Console.In.ReadToEnd();
    await Task.WhenAll(servers.Select(server => server.Terminate()));
    return;
}

var window = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0]) : 3);
using var process =
    Process.Start(
        new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "serve" },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }
    ) ?? throw new InvalidOperationException($"{Environment.ProcessPath} could not be started");
var answer = (
    process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the serving process ended")
).Split(' ');

using var dotNetty = Systems.DotNetty();
using var plugIn = Systems.PlugIn();
var (viaDotNetty, viaPlugIn) = (await PartnerOf(dotNetty, answer[1]), await PartnerOf(plugIn, answer[2]));

// Until the compiler has done with both.
EchoRun.Of(dotNetty, viaDotNetty, 8, 100, New());
EchoRun.Of(plugIn, viaPlugIn, 8, 100, New());
Console.WriteLine("Round trips per second between two processes.");
Console.WriteLine();
Console.WriteLine("| payload | outstanding | raw | DotNetty | plug-in | plug-in/DotNetty | plug-in/raw |");
Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
foreach (var payload in new[] { 8, 100 })
{
    foreach (var outstanding in new[] { 1, 100, 1_000, 10_000 })
    {
        var raw = RawLoop.Run(int.Parse(answer[0]), payload, outstanding, New());
        var before = EchoRun.Of(dotNetty, viaDotNetty, payload, outstanding, New());
        var after = EchoRun.Of(plugIn, viaPlugIn, payload, outstanding, New());
        var ratios = $"{after / before:F2} | {after / raw:F3}";
        Console.WriteLine($"| {payload} | {outstanding:N0} | {raw:N0} | {before:N0} | {after:N0} | {ratios} |");
    }
}
await Task.WhenAll(dotNetty.Terminate(), plugIn.Terminate());
process.StandardInput.Close();
process.WaitForExit();

Measurement New() => new(window / 2, window);

static Task<IActorRef> PartnerOf(ActorSystem client, string address) =>
    client.ActorSelection($"{address}/user/echo").ResolveOne(TimeSpan.FromSeconds(10));
