using System.Diagnostics;
using Akka.Actor;
using Engine.Bench;

// Without arguments it measures everything and prints a table; "serve" is what it starts itself as, for the other end.
if (args is ["serve"])
{
    var raw = RawLoop.Serve();
    var server = Systems.Remote();
    server.ActorOf(Props.Create(() => new EchoActor()), "echo");
    Console.WriteLine($"{raw} {((ExtendedActorSystem)server).Provider.DefaultAddress}");
    Console.In.ReadToEnd();
    await server.Terminate();
    return;
}

var window = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0]) : 3);
var warmUp = window / 2;
Console.WriteLine("| local, two actors | outstanding | tells/s |");
Console.WriteLine("|---|---:|---:|");
using (var local = Systems.Local())
{
    var partner = local.ActorOf(Props.Create(() => new EchoActor()), "echo");
    foreach (var outstanding in new[] { 1, 100, 10_000 })
    {
        var rate = EchoRun.Of(local, partner, 8, outstanding, new Measurement(warmUp, window));
        Console.WriteLine($"| echo | {outstanding:N0} | {2 * rate:N0} |");
    }
}

using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
{
    ArgumentList = { "serve" },
    UseShellExecute = false,
    RedirectStandardInput = true,
    RedirectStandardOutput = true,
}) ?? throw new InvalidOperationException($"{Environment.ProcessPath} could not be started");
var answer = (process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the serving process ended")).Split(' ');
var rawPort = int.Parse(answer[0]);
Console.WriteLine();
Console.WriteLine("| remote echo, payload | outstanding | raw loop, round trips/s | engine, round trips/s | ratio | engine, µs/round trip at 1 |");
Console.WriteLine("|---:|---:|---:|---:|---:|---:|");
using (var client = Systems.Remote())
{
    var partner = client.ActorSelection($"{answer[1]}/user/echo").ResolveOne(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();
    foreach (var payload in new[] { 8, 100 })
    {
        foreach (var outstanding in new[] { 1, 100, 1_000, 10_000 })
        {
            var raw = RawLoop.Run(rawPort, payload, outstanding, new Measurement(warmUp, window));
            var engine = EchoRun.Of(client, partner, payload, outstanding, new Measurement(warmUp, window));
            var latency = outstanding == 1 ? $"{1e6 / engine:F1}" : "";
            Console.WriteLine($"| {payload} | {outstanding:N0} | {raw:N0} | {engine:N0} | {engine / raw:F2} | {latency} |");
        }
    }
}
process.StandardInput.Close();
process.WaitForExit();
