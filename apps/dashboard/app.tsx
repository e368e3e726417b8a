export function App() {
  return <main>insightd</main>;
}
